"""Mesa's own tools on the economy: the how-to's code runs, and what it shows is what the economy says."""

import multiprocessing
import re
from pathlib import Path

import ipyvuetify as vuetify
import ipywidgets
import numpy as np
import pytest
import solara
from mesa import DataCollector, batch_run

from nqpf.model import City, Firm, RegionalEconomy, Scenario
from nqpf.model.watched import WatchedEconomy

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mesa.md"


@pytest.fixture(scope="module")
def page():
    """The names that the how-to's blocks leave, run one after the other; Mesa's batch_run changes a global."""
    method = multiprocessing.get_start_method(allow_none=True)
    names = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(code, PAGE.name, "exec"), names)  # noqa: S102 (our own text)
    multiprocessing.set_start_method(method, force=True)
    return names


def test_an_economy_runs_by_mesas_clock(page):
    """`run_for` counts quarters from the base quarter on."""
    economy = page["economy"]
    assert (economy.time, economy.quarter_name) == (2, "2024Q2")
    assert economy.scenario.seed == 7


def test_a_collector_sees_the_nation_places_and_firms(page):
    """Own reporters give the nation's number and one for each place and firm, at the start and after each step."""
    model = page["model"]
    gdp = model.datacollector.get_model_vars_dataframe()["gdp"]
    assert list(gdp.index) == [0, 1, 2]
    assert gdp[2] == model.nation_measures()["gdp"]
    cities = model.datacollector.get_agenttype_vars_dataframe(City).loc[2]
    assert cities["talent"].tolist() == model.city_measures()["talent"].tolist()
    firms = model.datacollector.get_agenttype_vars_dataframe(Firm).loc[2]
    assert firms["capital"].tolist() == model.firms.capital.tolist()
    assert (firms.index == model.firms.id).all()


def test_a_batch_shares_draws_under_one_seed(page):
    """Two seeds with two values of a lever give base quarter and two quarters of each; the base quarters are alike."""
    gdp = page["gdp"]
    assert list(gdp.index) == [(seed, step) for seed in (1, 2) for step in (0, 1, 2)]
    assert list(gdp.columns) == [0.0, 0.5]
    assert (gdp.loc[(slice(None), 0), 0.0] == gdp.loc[(slice(None), 0), 0.5]).all()
    assert (gdp.loc[(slice(None), 2), 0.0] != gdp.loc[(slice(None), 2), 0.5]).all()


def test_mesas_page_steps_and_starts_anew(page):
    """The page draws the map and the series, steps the economy, and starts anew with the lever that was moved."""
    _, rendered = solara.render(solara.AppLayout(children=[page["page"]]), handle_error=False)
    assert len(rendered.find(ipywidgets.Image).widgets) == 2

    def shown():
        return re.findall(r"Time: (\d)", str(rendered.find(vuetify.Html).widgets))[0]

    assert shown() == "0"
    rendered.find(vuetify.Btn, children=["Step"]).widget.click()
    assert shown() == "1"
    lever = next(s for s in rendered.find(vuetify.Slider).widgets if s.label == "Integration of equity markets")
    assert (lever.min, lever.max, lever.v_model) == (0, 1, 0)
    lever.v_model = 0.6
    rendered.find(vuetify.Btn, children=["Reset"]).widget.click()
    assert shown() == "0"
    assert not rendered.find(vuetify.Alert).widgets
    rendered.close()


@pytest.fixture
def small():
    """The smallest scenario of the shipped tables."""
    return Scenario.load("china", firms=500)


def test_without_a_collector_the_last_quarter_is_reported(small):
    """`batch_run` on the economy itself gives every measure of the nation in the last quarter."""
    method = multiprocessing.get_start_method(allow_none=True)
    (row,) = batch_run(RegionalEconomy, {"scenario": [small]}, rng=[7], max_steps=1, display_progress=False)
    multiprocessing.set_start_method(method, force=True)
    economy = RegionalEconomy(small, rng=7)
    economy.run_for(1)
    measures = economy.nation_measures()
    assert (row["Step"], row["rng"]) == (1, 7)
    assert {name: row[name] for name in measures} == measures


@pytest.mark.usefixtures("small_economies")
def test_looking_collects_once_a_quarter_and_changes_nothing(small):
    """A quarter is collected when it is looked at, once; an economy that is watched goes the way of one that is not."""
    plain, watched = RegionalEconomy(small), WatchedEconomy(small)
    assert watched.scenario is None
    for economy in (plain, watched):
        economy.run_for(3)
    assert list(watched.datacollector.get_model_vars_dataframe().index) == [0, 1, 2, 3]
    for _ in range(2):
        assert list(plain.datacollector.get_model_vars_dataframe().index) == [0]
    assert len(plain.datacollector.model_vars["gdp"]) == 1
    states = plain.state(), watched.state()
    assert states[0].keys() == states[1].keys()
    assert all(np.array_equal(value, states[1][name]) for name, value in states[0].items())


@pytest.mark.usefixtures("small_economies")
def test_ones_own_collector_is_left_alone(small):
    """A collector that was set collects when it is told to; reporters of agents reach all but firms."""
    economy = RegionalEconomy(small)
    own = economy.datacollector = DataCollector(agent_reporters={"gdp": "gdp"})
    economy.run_for(1)
    assert economy.datacollector is own
    assert own.get_agent_vars_dataframe().dropna().empty
    own.collect(economy)
    assert len(own.get_agent_vars_dataframe()) == len(economy.agents)
    assert own.get_agent_vars_dataframe()["gdp"].iloc[0] == economy.nation_measures()["gdp"]
