"""Growth accounts of a run by region, and of the difference that a policy makes."""

import shutil

import numpy as np
import pandas as pd
import pytest

from nqpf.experiments import growth
from nqpf.experiments.growth import COLUMNS, cumulated, explained, growth_accounts
from nqpf.experiments.simulate import simulate
from nqpf.experiments.store import open_run
from nqpf.model.errors import InputError
from nqpf.model.growth import log_mean
from nqpf.model.scenario import Scenario

QUARTERS = 5
LEVELS = ("nation", "macro_region", "cluster", "province", "city")


def made(folder, quarters=QUARTERS, detail="city", **levers):
    """A run of the small country."""
    scenario = Scenario.load("china", quarters=quarters).with_changes(levers=levers)
    simulate(scenario, folder, detail=detail, resume=False, after=lambda _done, _asked: False)
    return open_run(folder)


pytestmark = pytest.mark.usefixtures("small_economies")


@pytest.fixture(scope="module")
def runs(small_economies, tmp_path_factory):  # noqa: ARG001 (in its place before the first run)
    """A run, and one from the same start with a policy."""
    folder = tmp_path_factory.mktemp("runs")
    return made(folder / "plain"), made(folder / "digital", digital_intensity=1.5, equity_integration=0.8)


def measured(run, level):
    """Real GDP by quarter and region as the run's tables have it."""
    if level == "nation":
        return run.nation.assign(region="CN").set_index(["quarter", "region"])["gdp"]
    table = run.cities.rename(columns={"city": "region"}) if level == "city" else run.regions.query("level == @level")
    return table.set_index(["quarter", "region"])["gdp"]


@pytest.mark.parametrize("level", LEVELS)
def test_regions_add_up(runs, country, level):
    """Mechanisms add up to the log growth of the region's GDP, as the other tables measure it, in every quarter."""
    accounts = growth_accounts(runs[1], level, facts=country)
    np.testing.assert_allclose(accounts[COLUMNS[1:]].sum(axis=1), accounts["growth"], atol=1e-9)
    grown = np.log(measured(runs[1], level)).groupby(level="region").diff().dropna()
    assert len(grown) == (QUARTERS - 1) * len(accounts) / QUARTERS
    np.testing.assert_allclose(accounts["growth"].loc[grown.index], grown, atol=1e-12)


def test_the_nation_is_put_together_from_provinces_as_from_places(runs, country):
    """The logarithmic mean's weights give the same national parts, whichever regions stand in between."""
    provinces, nation = (growth_accounts(runs[0], level, facts=country) for level in ("province", "nation"))
    after = measured(runs[0], "province").loc[provinces.index]
    before = after * np.exp(-provinces["growth"])
    after_all, before_all = (v.groupby(level="quarter").sum() for v in (after, before))
    share = log_mean(before, after) / log_mean(before_all, after_all).reindex(after.index, level="quarter")
    together = provinces.mul(share, axis=0).groupby(level="quarter").sum()
    np.testing.assert_allclose(together, nation.droplevel("region"), atol=1e-12)


def test_accounts_add_up_over_time(runs, country):
    """The last quarter's sums explain the whole run from the base quarter's GDP."""
    total = cumulated(growth_accounts(runs[0], "macro_region", facts=country)).loc["2025Q1"]
    end = measured(runs[0], "macro_region").loc["2025Q1"]
    start = pd.Series(country.regions.member[1:3] @ country.start.gdp / 4, ["east", "west"])
    np.testing.assert_allclose(total["growth"], np.log(end / start), atol=1e-11)
    np.testing.assert_allclose(total[COLUMNS[1:]].sum(axis=1), total["growth"], atol=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_a_policy_is_explained(runs, country, level):
    """Differences of the accounts add up to the log ratio of GDP at the end; a run differs from itself in nothing."""
    plain, policy = runs
    difference = explained(policy, plain, level, facts=country)
    ratio = np.log(measured(policy, level) / measured(plain, level)).loc["2025Q1"]
    np.testing.assert_allclose(difference["growth"], ratio.loc[difference.index], atol=1e-11)
    np.testing.assert_allclose(difference[COLUMNS[1:]].sum(axis=1), difference["growth"], atol=1e-9)
    assert (difference["digital"] > 0.001).all()
    assert (explained(plain, plain, level, facts=country) == 0).all(axis=None)


def test_runs_that_cannot_be_compared_are_refused(runs, country, tmp_path):
    """Of different length, from another base year, without the table, or at a level that does not exist: one line."""
    shorter = made(tmp_path / "shorter", 3)
    with pytest.raises(InputError, match="hold different quarters; compare runs of one start and length"):
        explained(runs[0], shorter, facts=country)
    shutil.copytree(runs[0].path, tmp_path / "other")
    cities = pd.read_parquet(tmp_path / "other" / "cities.parquet")
    cities.assign(gdp=cities["gdp"] * 1.001).to_parquet(tmp_path / "other" / "cities.parquet")
    with pytest.raises(InputError, match="begin with different GDP; compare runs of one base year"):
        explained(runs[0], open_run(tmp_path / "other"), facts=country)
    with pytest.raises(InputError, match="has no growth: it was made with --detail nation"):
        growth_accounts(made(tmp_path / "nation", 1, "nation"), facts=country)
    with pytest.raises(InputError, match="its places are not those of the facts"):
        growth_accounts(runs[0])
    with pytest.raises(InputError, match="unknown level 'provinces'; did you mean 'province'"):
        growth_accounts(runs[0], "provinces", facts=country)


def test_the_command_prints_accounts(runs, country, tmp_path, monkeypatch, capsys):
    """Regions by name with a column a mechanism, of one run or of two; a folder without a run ends with one line."""
    monkeypatch.setattr(growth, "load_facts", lambda *_: country)
    for extra in ([], ["--than", str(runs[0].path)], ["--level", "city"]):
        monkeypatch.setattr("sys.argv", ["growth", str(runs[1].path), *extra])
        growth.main()
        shown = capsys.readouterr().out
        assert ("City 3" if "city" in extra else "West") in shown
        assert "own_tfp" in shown
    monkeypatch.setattr("sys.argv", ["growth", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        growth.main()
    assert "is no run directory" in capsys.readouterr().err
