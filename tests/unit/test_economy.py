"""The economy as a Mesa model: agents, clock, checkpoints, memory."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest

from nqpf.model import City, CityCluster, Firm, RegionalEconomy, RegionalGovernment, Scenario
from nqpf.model.errors import ScenarioError


@pytest.fixture(scope="module")
def economy() -> RegionalEconomy:
    """Two quarters of China with few firms."""
    economy = RegionalEconomy(Scenario.load("china", firms=2_000, seed=3))
    economy.run_for(2)
    return economy


def test_mesas_own_verbs_and_sets_work(economy):
    """`run_for` counts quarters; agents of each kind are sets that aggregate, firms without an object each."""
    assert economy.quarter_name == "2024Q2"
    sets = economy.agents_by_type
    assert [len(sets[kind]) for kind in (City, CityCluster, RegionalGovernment)] == [336, 19, 31]
    assert len(sets[Firm]) == len(economy.firms)
    talent = economy.city_measures()["talent"].sum()
    assert sets[City].agg("talent", sum) == talent
    assert sets[RegionalGovernment].agg("talent", sum) == talent
    by_city = sets[Firm].groupby("city").count()
    assert [by_city[row] for row in range(336)] == economy.city_measures()["firms"].tolist()


def test_agents_look_at_the_economys_columns(economy):
    """A city, a government and a cluster show their measures, name and members, and no others."""
    beijing = next(iter(economy.agents_by_type[City]))
    assert (beijing.code, beijing.name, beijing.cluster) == ("110000", "Beijing", "bth")
    assert beijing.gdp == economy.city_measures()["gdp"][0]
    clusters = {c.code: c for c in economy.agents_by_type[CityCluster]}
    assert clusters["bth"].gdp == pytest.approx(economy.city_measures()["gdp"][clusters["bth"].members].sum())
    with pytest.raises(AttributeError, match="colour"):
        _ = beijing.colour


def test_mesas_data_collector_reads_it():
    """A DataCollector with reporters on the model and on cities works as on any Mesa model."""
    economy = RegionalEconomy(Scenario.load("china", firms=1_000, seed=3))
    collector = mesa.DataCollector(
        model_reporters={"gdp": lambda e: e.nation_measures()["gdp"]},
        agenttype_reporters={City: {"talent": "talent"}},
    )
    for _ in range(2):
        economy.step()
        collector.collect(economy)
    assert len(collector.get_model_vars_dataframe()) == 2
    assert len(collector.get_agenttype_vars_dataframe(City)) == 2 * 336


def test_levers_and_seed_as_mesas_tools_pass_them():
    """Keyword levers and `rng` set the scenario; a misspelt one is refused with the nearest name."""
    economy = RegionalEconomy(Scenario.load("china", firms=1_000), rng=5, equity_integration=0.5)
    assert economy.scenario.seed == 5
    assert economy.levers["equity_integration"].tolist() == [0.5] * 336
    with pytest.raises(ScenarioError, match="equity_integration"):
        RegionalEconomy("china", equity_integratoin=0.5)


def test_two_live_economies_share_nothing_that_changes():
    """A run beside another gives what it gives alone."""
    alone, beside, other = (
        RegionalEconomy(Scenario.load("china", firms=1_000, seed=4)),
        RegionalEconomy(Scenario.load("china", firms=1_000, seed=4)),
        RegionalEconomy(Scenario.load("china", firms=1_000, seed=4, levers={"hukou_easing": 1})),
    )
    alone.run_for(2)
    for economy in (beside, other, beside, other):
        economy.step()
    for name, values in alone.city_measures().items():
        np.testing.assert_array_equal(values, beside.city_measures()[name], err_msg=name)


def test_a_finished_economy_is_freed():
    """No cycle or cache keeps an economy alive after its last reference."""
    economy = RegionalEconomy(Scenario.load("china", firms=1_000, seed=4))
    economy.step()
    gone = weakref.ref(economy)
    del economy
    gc.collect()
    assert gone() is None


def test_parameters_that_end_in_a_black_hole_are_refused():
    """Agglomeration that outweighs congestion is refused at load, with what to change."""
    with pytest.raises(ScenarioError, match="congestion"):
        RegionalEconomy(
            Scenario.load(
                "china",
                settings={
                    "parameters.technology.talent_agglomeration": "0.5",
                    "parameters.technology.love_of_variety": "1",
                    "parameters.migration.congestion": "0",
                    "parameters.migration.rent_share": "0",
                    "parameters.migration.taste": "6",
                },
            )
        )


def test_a_cluster_tells_how_far_policy_has_integrated_it():
    """Means of the levers over its members, and the pairs whose data reach each other: all in a national pool."""
    rules = {"equity_integration": 0.5, "transport_gain.within": 0.3}
    economy = RegionalEconomy(Scenario.load("china", firms=1000, levers=rules))
    delta = next(c for c in economy.agents_by_type[CityCluster] if c.code == "yrd")
    assert delta.coordination["equity_integration"] == pytest.approx(0.5)
    assert delta.coordination["transport_gain.within"] == pytest.approx(0.3)
    assert delta.coordination["collaboration_friction.within"] == 1
    assert 0 < delta.shared_data < 1
    pooled = RegionalEconomy(Scenario.load("china", firms=1000, levers={"data_pool_scope": "nation"}))
    pooled.step()
    assert next(c for c in pooled.agents_by_type[CityCluster] if c.code == "yrd").shared_data == 1
