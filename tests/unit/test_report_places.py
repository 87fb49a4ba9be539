"""Effects by place: closed forms, the scalar effects place by place, and what a sweep without places is told."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from nqpf.experiments.analysis import effects_everywhere, paired_effects
from nqpf.experiments.analysis.cases import LOG_UNIT
from nqpf.experiments.analysis.everywhere import last_quarter, measures_everywhere
from nqpf.experiments.analysis.resampling import BY_SEEDS, STUDENT, of_draws, of_seeds
from nqpf.experiments.analysis.shifts import PAIRS, REGRESSION
from nqpf.experiments.designs import Experiment, points
from nqpf.experiments.paired.intervals import half_width
from nqpf.model.errors import InputError

FACTORS = """
equity_integration = { low = 0.0, high = 1.0 }
targeting_rule = { values = ["related", "copycat", "complex"] }
"""
NAMES = ["equity_integration", "targeting_rule"]
CITIES = ("310000", "110000", "540100", "650100")  # in no order: tables are read by code
LAST = "2024Q2"


class Swept:
    """A sweep whose measures of cities are a function of settings and seed, (n_cities,), in place of a folder."""

    def __init__(self, folder: Path, design: str, measure, *, keys: str = "", seeds: int = 3, failed=()) -> None:
        path = folder / f"{design}.toml"
        head = f'scenario = "china"\ndesign = "{design}"\n{keys}\nseeds = {seeds}\nquarters = 2\n'
        factors = FACTORS.replace("1.0 }", "1.0, steps = 2 }") if design == "grid" else FACTORS
        outcomes = 'outcomes = ["gdp", "nqpf@city", "gdp@city"]\n'
        path.write_text(f"{head}{outcomes}[factors]\n{factors}", encoding="utf-8")
        experiment = Experiment.load(path)
        self.path = folder
        self.info = {"experiment": json.loads(json.dumps(experiment.record()))}
        rows, series = [], []
        for seed in experiment.seeds:
            for number, point in enumerate(points(experiment)):
                keys_of = {"run": len(rows), "point": number, "seed": seed}
                ended = (number, seed) not in failed
                values = measure(point, seed)
                each = {f"gdp@{city}": value for city, value in zip(CITIES, values["gdp"], strict=True)}
                rows.append(keys_of | {"status": "done" if ended else "failed"} | point | {"gdp": 1.0} | each)
                for k, quarter in enumerate(("2024Q1", LAST)):
                    for i, city in enumerate(CITIES):
                        now = {name: value[i] * (0.5 + k / 2) for name, value in values.items()}
                        series.append(keys_of | {"quarter": quarter, "level": "city", "region": city} | now)
                if not ended:
                    series = series[: -2 * len(CITIES)]
        self.runs, self._series = pd.DataFrame(rows), pd.DataFrame(series).sample(frac=1, random_state=1)

    def sql(self, query: str) -> pd.DataFrame:
        """As `Sweep.sql`."""
        with duckdb.connect() as connection:
            connection.register("series", self._series)
            return connection.sql(query).to_arrow_table().to_pandas()


SLOPE = np.array([0.02, -0.01, 0.0, 0.5])
WITH_OWN = np.array([1, 1, 0, 1])
OWN = {1: 0.004, 2: -0.004, 3: 0.001}


def known(point, seed):
    """Slopes by place and seed; the last quarter's."""
    x, copies = point["equity_integration"], point["targeting_rule"] == "copycat"
    own = OWN[seed] * WITH_OWN
    return {"gdp": 1000 * np.exp((SLOPE + own) * x + 0.1 * seed), "nqpf": 0.3 + SLOPE * copies + 0.01 * seed}


def by_city(found, values):
    """Values by place in the order of `CITIES`."""
    return values[[found.places.index(city) for city in CITIES]]


def test_effects_at_places_are_paired(tmp_path):
    """Of levels 100 · ln with Student's interval over seeds, of an index the difference, each at its place."""
    swept = Swept(tmp_path, "grid", known)
    found = effects_everywhere(swept, "gdp")
    assert (found.quarter, found.unit, found.places) == (LAST, LOG_UNIT, tuple(sorted(CITIES)))
    shift = found.shifts[0]  # the rule changes nothing, and comes after
    assert (shift.factor, shift.change, shift.how, shift.interval.how) == (NAMES[0], "0 → 1", PAIRS, STUDENT)
    np.testing.assert_allclose(by_city(found, shift.effect), 100 * (SLOPE + np.mean(list(OWN.values())) * WITH_OWN))
    half = 100 * float(half_width(np.array(list(OWN.values()))))
    np.testing.assert_allclose(by_city(found, shift.interval.high - shift.effect), half * WITH_OWN)
    np.testing.assert_array_equal(by_city(found, shift.interval.sign), [0, 0, 0, 1])
    index = effects_everywhere(swept, "nqpf")
    copies = next(shift for shift in index.shifts if shift.change == "related → copycat")
    np.testing.assert_allclose(by_city(index, copies.effect), SLOPE)
    table = index.table
    assert len(table) == 3 * len(CITIES)
    row = table[(table.change == "related → copycat") & (table.place == "650100")].iloc[0]
    assert (row.effect, row.unit, row.quarter) == (pytest.approx(0.5), "index", LAST)


def test_a_factor_may_be_called_row(tmp_path):
    """Runs are put in order without a column that a factor's name could take."""
    swept = Swept(tmp_path, "grid", known)
    before = effects_everywhere(swept, "gdp").table
    swept.runs = swept.runs.rename(columns={NAMES[0]: "row"})
    swept.info["experiment"]["factors"][0]["name"] = "row"
    pd.testing.assert_frame_equal(effects_everywhere(swept, "gdp").table.replace("row", NAMES[0]), before)


@pytest.mark.parametrize("detail", [None, "city"])
@pytest.mark.parametrize("measure", ["foo", "theil", "theil_gdp_per_head"])
def test_what_no_city_has_is_one_line(measure, detail, tmp_path):
    """A measure that does not exist or that only the nation has is refused, also where every measure was kept."""
    swept = Swept(tmp_path, "grid", known)
    swept.info["experiment"]["detail"] = detail
    with pytest.raises(InputError, match=f"the sweep kept no {measure} of all cities"):
        effects_everywhere(swept, measure)


def noisy(seed_of_chance):
    """A function with chance in it."""
    rng = np.random.default_rng(seed_of_chance)

    def measure(point, seed):
        noise = rng.normal(size=len(CITIES))
        return {"gdp": np.exp(SLOPE * point["equity_integration"] + 0.1 * noise + seed), "nqpf": 0.1 * noise}

    return measure


@pytest.mark.parametrize(
    ("design", "keys", "seeds", "how"),
    [
        ("grid", "", 3, {PAIRS}),
        ("grid", "", 82, {PAIRS}),
        ("grid", "", 1, {PAIRS}),
        ("morris", "trajectories = 6\nlevels = 6", 2, {PAIRS}),
        ("lhs", "samples = 20", 1, {PAIRS, REGRESSION}),
        ("lhs", "samples = 20", 2, {PAIRS, REGRESSION}),
    ],
)
def test_places_together_are_places_one_by_one(tmp_path, design, keys, seeds, how):
    """Effects and intervals of all places at once are those of `paired_effects` of each place's column."""
    swept = Swept(tmp_path, design, noisy(5), keys=keys, seeds=seeds)
    found = effects_everywhere(swept, "gdp")
    shifts = {(shift.factor, shift.change): shift for shift in found.shifts}
    assert {shift.how for shift in found.shifts} == how  # points of a hypercube share values of text
    for i, city in enumerate(found.places):
        alone = paired_effects(swept.runs, f"gdp@{city}", NAMES, design=design, references={NAMES[1]: "related"})
        assert len(alone) == len(shifts) == 3
        for row in alone.itertuples():
            shift = shifts[row.factor, row.change]
            together = [shift.effect[i], shift.interval.low[i], shift.interval.high[i]]
            np.testing.assert_allclose(together, [row.effect, row.low, row.high], rtol=1e-9, atol=1e-9)
            assert (shift.interval.how, shift.sets) == (row.interval, row.pairs)


def test_a_failed_run_leaves_its_point_out_and_a_gap_its_place(tmp_path):
    """A point without a partner under another seed is left out everywhere; where a measure is none so is its effect."""

    def gappy(point, seed):
        values = known(point, seed)
        return values | {"nqpf": np.where(np.array(CITIES) == "540100", np.nan, values["nqpf"])}

    swept = Swept(tmp_path, "grid", gappy, failed={(1, 2)})
    found = effects_everywhere(swept, "nqpf")
    copies = next(shift for shift in found.shifts if shift.change == "related → copycat")
    assert copies.sets == 1  # of the two settings of the other factor
    np.testing.assert_allclose(by_city(found, copies.effect), [0.02, -0.01, np.nan, 0.5])


def test_an_interval_over_seeds_keeps_its_level():
    """Of normal values a 99 % interval misses in about 1 of 100 samples, also of eight seeds."""
    rng = np.random.default_rng(2)
    for n in (4, 8, 20):
        found = of_seeds(rng.normal(size=(n, 4000)))
        assert 0.003 < (found.sign != 0).mean() < 0.02, n


def test_intervals_of_many_are_those_of_each():
    """Of a hundred seeds the bootstrap resamples alike whatever the number of outcomes; a constant one is a point."""
    values = np.random.default_rng(4).gamma(2, size=(100, 5))
    values[:, 3] = 7.0
    found = of_seeds(values)
    assert found.how == BY_SEEDS
    for k in range(5):
        alone = of_seeds(values[:, k])
        np.testing.assert_allclose([found.low[k], found.high[k]], [alone.low, alone.high])
    assert found.low[3] == found.high[3] == 7.0
    drawn = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    assert of_draws(drawn, 1, 0.5).low.tolist() == pytest.approx([1.5, np.nan], nan_ok=True)


def test_what_a_record_keeps_of_cities():
    """Measures named with a level, all if the detail says so, none of a record that knows neither."""
    assert measures_everywhere({"everywhere": ["nqpf@city", "gdp@province", "rd@city"], "detail": None}) == (
        "nqpf",
        "rd",
    )
    assert measures_everywhere({"everywhere": [], "detail": "city"}) == ("gdp", "nqpf")
    assert measures_everywhere({"detail": None}) == ()


def test_what_has_no_map_is_one_line(tmp_path):
    """A measure that was not kept, scenarios that end apart, nothing finished, tables of different cities."""
    swept = Swept(tmp_path, "grid", known)
    with pytest.raises(InputError, match=r'kept no rd of all cities; add "rd@city" to outcomes'):
        effects_everywhere(swept, "rd")
    scenarios = {"a": {"start": "2024Q1", "quarters": 8}, "b": {"start": "2010Q1", "quarters": 8}}
    with pytest.raises(InputError, match=r"scenarios end in different quarters; give them one start, and quarters"):
        last_quarter({"scenarios": scenarios})
    assert last_quarter({"scenarios": {"a": scenarios["a"]}}) == "2025Q4"
    series = swept._series
    swept._series = series[(series.run != 2) | (series.region != "310000")]
    with pytest.raises(InputError, match=r"gdp: runs have different cities; map scenarios of the same tables"):
        effects_everywhere(swept, "gdp")
    swept._series = series[series.quarter != LAST]
    with pytest.raises(InputError, match=r"no run has cities in 2024Q2; go on with nqpf sweep --resume"):
        effects_everywhere(swept, "gdp")
