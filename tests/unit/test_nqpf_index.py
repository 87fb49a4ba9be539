"""The index of new quality productive forces: weights by hand, its extremes, its constants and its own baseline."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from nqpf.experiments import nqpf_index
from nqpf.experiments.nqpf_index import BASELINES, baseline_constants
from nqpf.model import measures
from nqpf.model.economy import RegionalEconomy
from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError, DataError
from nqpf.model.facts import DATA
from nqpf.model.nqpf_index import (
    COMPONENTS,
    INDICATORS,
    Constants,
    baseline,
    constants_for,
    constants_of,
    entropy_weights,
    index_values,
    shipped,
)
from nqpf.model.nqpf_index.constants import TABLE, write_table
from nqpf.model.nqpf_index.indicators import readings
from nqpf.model.parameters import Parameters
from nqpf.model.recorder import Recorder
from nqpf.model.scenario import Scenario
from nqpf.model.scenario_file import shipped_starts

N = len(INDICATORS)
LOGS = np.array([i.logs for i in INDICATORS])
PROVINCES = ("32", "51")
EMPTY = (
    "region_members", "rail_edges", "rail_times", "gates", "free_trade_zones", "computing_hubs", "industry_clusters",
)  # fmt: skip


def places(x):
    """Measures of which these are the readings, (n_indicators, n_places)."""
    return {i.name: np.exp(row) if i.logs else row for i, row in zip(INDICATORS, x, strict=True)}


def some_constants(**changes) -> Constants:
    """Between 1 and 3, the weights rising."""
    plain = Constants("shipped", np.ones(N), np.full(N, 3.0), np.arange(1, N + 1) / (N * (N + 1) / 2), 0.5)
    return replace(plain, **changes)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A scenario on own data: the places of two provinces, without railways, gates, hubs and lists."""
    folder = tmp_path_factory.mktemp("own")
    cities = pd.read_csv(DATA / "cities.csv", dtype=str, keep_default_na=False).query("province in @PROVINCES")
    codes = set(cities["city"])
    provinces = pd.read_csv(DATA / "provinces.csv", dtype=str).query("province in @PROVINCES")
    macro_regions = set(provinces["macro_region"])
    regions = pd.read_csv(DATA / "regions.csv", dtype=str, keep_default_na=False)
    kept = regions["region"].isin({"CN", *PROVINCES, *macro_regions})
    start = pd.read_csv(DATA / "start_2024.csv", dtype=str, keep_default_na=False)
    tables = {
        "cities": cities,
        "provinces": provinces,
        "regions": regions[kept],
        "start": start[start["city"].isin(codes)],
        **{name: pd.read_csv(DATA / f"{name}.csv", dtype=str).head(0) for name in EMPTY},
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    lines = ['name = "own"', 'base = "china"', "firms = 500", "[data]", *(f'{name} = "{name}.csv"' for name in tables)]
    (folder / "own.toml").write_text("\n".join(lines), encoding="utf-8")
    return Scenario.load(folder / "own.toml")


def test_entropy_weights_by_hand():
    """Of two units, one indicator that one has alone (e = 0) and one shared 1 : 3."""
    e = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75)) / np.log(2)
    weights = entropy_weights(np.array([[0.0, 1.0], [0.25, 0.75]]))
    np.testing.assert_allclose(weights, np.array([1.0, 1 - e]) / (2 - e))


def test_what_does_not_vary_has_no_weight():
    """An indicator alike everywhere, or nought, counts for nothing; if none varies there is no weight at all."""
    panel = np.random.default_rng(1).uniform(size=(3, N, 4))
    panel[:, 2] = 5.0
    panel[:, 3] = 5.0 * (1 + 1e-12 * panel[:, 3])  # but for rounding
    panel[:, 4] = -np.inf  # the logarithm of nought
    made = constants_of(panel, np.ones(4), "own data")
    assert (made.weight[2:5] == 0).all()
    assert (made.weight[5:] > 0).all()
    assert made.weight.sum() == pytest.approx(1)
    np.testing.assert_array_equal(made.low[2:4], made.high[2:4])
    assert not entropy_weights(np.zeros((3, 4))).any()
    still = constants_of(np.ones((3, N, 4)), np.ones(4), "own data")
    assert not still.weight.any()
    assert not any(values.any() for name, values in index_values(places(np.ones((N, 4))), still).items()
                   if name != "nqpf_geometric")  # fmt: skip


def test_constants_are_those_of_all_places_and_quarters():
    """Lowest and highest over quarters too; the threshold is the first quarter's mean by residents."""
    panel = np.random.default_rng(2).uniform(1, 2, size=(5, N, 6))
    people = np.arange(1.0, 7.0)
    made = constants_of(panel, people, "own data")
    np.testing.assert_allclose(made.low, panel.min((0, 2)), rtol=1e-9)
    np.testing.assert_allclose(made.high, panel.max((0, 2)), rtol=1e-9)
    x = (panel - panel.min((0, 2))[:, None]) / np.ptp(panel, (0, 2))[:, None]
    np.testing.assert_allclose(made.weight, entropy_weights(np.moveaxis(x, 1, 0).reshape(N, -1)), rtol=1e-9)
    assert made.threshold == pytest.approx(np.average(made.weight @ x[0], weights=people))


def test_the_index_at_its_extremes():
    """All at the lowest give 0, all at the highest 1, in every variant, and one beyond is not cut off."""
    constants = some_constants()
    values = index_values(places(np.array([[1.0, 3.0, 5.0]]).repeat(N, 0)), constants)
    assert list(values) == [m.name for m in measures.INDEX]
    for name, index in values.items():
        np.testing.assert_allclose(index, [0.01 if name == "nqpf_geometric" else 0.0, 1.0, 2.0], atol=1e-12)


def test_components_and_variants_by_hand():
    """A component is the mean by weights, the index the components' by their weights, the others as they say."""
    constants = some_constants()
    x = np.random.default_rng(3).uniform(size=(N, 4))
    values = index_values(places(1 + 2 * x), constants)
    w, rows = constants.weight, {c: [k for k, i in enumerate(INDICATORS) if i.component == c] for c in COMPONENTS}
    score = {c: np.average(x[rows[c]], axis=0, weights=w[rows[c]]) for c in COMPONENTS}
    for c in COMPONENTS:
        np.testing.assert_allclose(values[f"nqpf_{c}"], score[c])
    np.testing.assert_allclose(values["nqpf"], sum(w[rows[c]].sum() * score[c] for c in COMPONENTS))
    np.testing.assert_allclose(values["nqpf_equal"], np.mean([x[rows[c]].mean(0) for c in COMPONENTS], axis=0))
    np.testing.assert_allclose(values["nqpf_geometric"], np.prod(list(score.values()), axis=0) ** (1 / 3))


def test_logs_of_nought_are_the_lowest():
    """A place without any knowledge stands where the baseline's lowest does."""
    x = np.full((N, 2), 2.0)
    known = places(x)
    known["knowledge_per_worker"][0] = 0.0
    assert readings(known)[1, 0] == -np.inf
    values = index_values(known, some_constants())
    assert np.isfinite(list(values.values())).all()
    assert values["nqpf_technology"][0] < values["nqpf_technology"][1]


def test_indicators_are_measures_of_places():
    """Each indicator is a declared measure that regions can average, each component has some."""
    declared = {m.name: m for m in measures.CITY}
    assert all(declared[i.name].weight is not None for i in INDICATORS)
    assert {i.component for i in INDICATORS} == set(COMPONENTS)
    assert {m.name for m in measures.INDICATORS} - {i.name for i in INDICATORS} == {"new_track_share"}


def test_the_shipped_table_fits_the_indicators(tmp_path):
    """Both starts have every indicator once, weights that add to one, and a threshold; written anew it is the same."""
    table = pd.read_csv(TABLE)
    starts = {Scenario.load(name).start for name in BASELINES}
    assert set(table["start"]) == starts == set(shipped_starts())
    for _, rows in table.groupby("start"):
        assert list(rows["indicator"]) == [*(i.name for i in INDICATORS), "threshold"]
    for start in starts:
        assert shipped(start).weight.sum() == pytest.approx(1)
        assert (shipped(start).high >= shipped(start).low).all()
    write_table(tmp_path / "table.csv", {start: shipped(start) for start in table["start"].unique()})
    assert (tmp_path / "table.csv").read_text() == TABLE.read_text()


def test_national_measures_of_the_index():
    """On the real China: the nation's and the regions' index are residents' means, inequality and reach by hand."""
    economy = RegionalEconomy(Scenario.load("china", firms=2000, seed=1))
    economy.step()
    city, nation = economy.city_measures(), economy.nation_measures()
    people, index = city["population"], city["nqpf"]
    assert nation["nqpf"] == pytest.approx(np.average(index, weights=people))
    assert nation["nqpf_reach"] == people[index >= shipped("2024Q1").threshold].sum() / people.sum()
    share = index * people / (index @ people)
    assert nation["nqpf_theil"] == pytest.approx((share * np.log(share / (people / people.sum()))).sum())
    difference = np.abs(index[:, None] - index) * np.outer(people, people)
    assert nation["nqpf_gini"] == pytest.approx(difference.sum() / (2 * people.sum() * (index @ people)))
    member = economy.facts.regions.member[economy.facts.regions.of_level("macro_region")]
    for row, mean in enumerate(economy.region_measures("macro_region")["nqpf"]):
        assert mean == pytest.approx(np.average(index[member[row]], weights=people[member[row]]))


def test_own_data_have_a_baseline_of_their_own(own):
    """With tables of its own a run is scaled by their status quo, whatever its policies, parameters, seed and firms."""
    constants = RegionalEconomy(own).index_constants
    assert constants.baseline == "own data"
    assert constants.weight[[i.name for i in INDICATORS].index("compute")] == 0  # there is no hub
    assert constants.weight.sum() == pytest.approx(1)
    others = (
        own.with_changes(seed=5, firms=700, quarters=3, levers={"equity_integration": 0.6}),
        own.with_changes(settings={"demography": "frozen", "parameters.migration.taste": "2"}),
    )
    for other in others:
        assert constants_for(other, RegionalEconomy) is constants
    economy = RegionalEconomy(others[0])
    economy.step()
    index = economy.city_measures()["nqpf"]
    assert np.ptp(index) > 0.1
    assert -0.2 < index.min() < index.max() < 1.2


def test_own_constants_do_not_depend_on_threads(own):
    """Made again on one thread and on two they are the same to the last digit."""
    made = []
    for threads in (1, 2):
        baseline._own.cache_clear()
        with threadpool_limits(threads, user_api="blas"):
            made.append(constants_for(own, RegionalEconomy).described())
    assert made[0] == made[1]


class Failing(RegionalEconomy):
    """One that breaks in its second quarter."""

    fault: Exception

    def step(self):
        """Two quarters at most."""
        if self.quarter >= self.first_quarter:
            raise self.fault
        super().step()


@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
@pytest.mark.parametrize("fault", [DataError("a"), EquilibriumError("b"), AccountingError("c")], ids=repr)
def test_parameters_replace_defaults_that_cannot_be(own, monkeypatch, fault, later):
    """Where there is no equilibrium under the defaults, at the start or later, the scenario's parameters stand in."""
    chosen = own.with_changes(settings={"parameters.migration.taste": "2"})
    monkeypatch.setattr(baseline, "_QUARTERS", 2)
    monkeypatch.setattr(Failing, "fault", fault, raising=False)
    asked = []

    def economy(scenario):
        asked.append(scenario)
        small = scenario.model_copy(update={"firms": 500})
        if scenario.parameters != Parameters():
            return RegionalEconomy(small)
        if not later:
            raise fault
        return Failing(small)

    made = constants_for(chosen, economy)
    assert made.described()["parameters"] == "scenario's"
    assert [scenario.parameters.migration.taste for scenario in asked] == [Parameters().migration.taste, 2.0]
    assert {(scenario.seed, scenario.firms, scenario.policy) for scenario in asked} == {(1, 20_000, ())}


def test_what_fails_under_both_is_told(own):
    """If there is no equilibrium under the scenario's parameters either, its own fault comes out."""

    def economy(_scenario):
        raise EquilibriumError("no equilibrium")

    with pytest.raises(EquilibriumError, match="no equilibrium"):
        constants_for(own, economy)


def test_a_run_tells_its_constants(own, tmp_path):
    """`run.json` has whose baseline, a hash that follows the numbers, and the numbers, for shipped and own data."""
    hashes = set()
    for scenario in (own, Scenario.load("china", firms=500)):
        folder = tmp_path / scenario.name
        folder.mkdir()
        economy = RegionalEconomy(scenario)
        with Recorder(economy, folder, "nation"):
            pass
        told = json.loads((folder / "run.json").read_text(encoding="utf-8"))["nqpf_index"]
        assert told == economy.index_constants.described()
        assert told["baseline"] == ("own data" if scenario.data else "shipped")
        assert told["parameters"] == "default"
        assert set(told["constants"]["indicators"]) == {i.name for i in INDICATORS}
        hashes.add(told["version"])
    assert len(hashes) == 2


def test_a_table_that_cannot_be_written_is_told(tmp_path, monkeypatch, capsys):
    """One line that names the file, and the command ends with 2."""
    monkeypatch.setattr(nqpf_index, "baseline_constants", lambda name: (name, some_constants()))
    monkeypatch.setattr("sys.argv", ["nqpf_index", "--out", str(tmp_path / "nowhere" / "table.csv")])
    with pytest.raises(SystemExit) as end:
        nqpf_index.main()
    assert end.value.code == 2
    said, file = capsys.readouterr().err, tmp_path / "nowhere" / "table.csv"
    assert said == f"{file}: cannot be written: No such file or directory; choose another file\n"


@pytest.mark.slow
@pytest.mark.parametrize("scenario", BASELINES)
def test_the_shipped_constants_come_out_again(scenario):
    """A baseline, run anew with all its quarters, gives the shipped numbers."""
    start, made = baseline_constants(scenario)
    kept = shipped(start)
    for name in ("low", "high", "weight"):
        np.testing.assert_allclose(getattr(made, name), getattr(kept, name), rtol=1e-6, atol=1e-9)
    assert made.threshold == pytest.approx(kept.threshold, rel=1e-6)
