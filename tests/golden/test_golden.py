"""A small run against numbers kept from before: what changes them has to be meant.

Everything may differ by a millionth. Libraries and processors differ in the last bits of a sum or an exponential; over
six quarters the solver and the accumulation of capital carry such a difference to about 1e-12, far below the tolerance.
A draw is decided otherwise only if it lies as close to its threshold: with a few million draws of people and firms that
has a chance of about one in a hundred thousand. A change of a rule or a parameter moves far more.

`NQPF_RENEW_GOLDEN=1 pytest tests/golden` writes the numbers anew; say why in the change log.
"""

import json
import os
from pathlib import Path

import pytest

from nqpf.experiments import run

KEPT = Path(__file__).with_name("china.json")
PLACES = {"110000": "Beijing", "310000": "Shanghai", "440300": "Shenzhen", "500000": "Chongqing", "230100": "Harbin"}
CITY = (
    *("population", "talent", "gdp", "wage_talent", "capital", "price_level", "arrivals", "firms"),
    *("public_capital", "industry_subsidy", "data", "compute", "rent", "input_exposure"),
)
NATION = (
    *("population", "talent", "gdp", "absorption_volume", "capital", "firms", "entries", "exits"),
    *("theil_gdp_per_head", "sd_log_return", "cross_province_investment", "cross_province_trade", "exports"),
    *("moved_in", "attempts", "breakthroughs", "new_track_firms", "collaborations", "cross_province_collaboration"),
    *("public_capital", "industry_subsidy", "guidance_fund", "mission", "data", "data_paid", "tfp"),
    *("targeted_share", "structural_similarity", "sd_log_cell_return", "theil_public_capital", "rent_gap"),
)


@pytest.fixture(scope="module")
def numbers():
    """National measures of every quarter and some places' of the last."""
    made = run("china", quarters=6, firms=2000, seed=1)
    nation = made.nation.set_index("quarter")
    last = made.cities[made.cities["quarter"] == made.info["last_quarter"]].set_index("city")
    return {
        "nation": {quarter: {name: nation.loc[quarter, name].item() for name in NATION} for quarter in nation.index},
        "cities": {code: {name: last.loc[code, name].item() for name in CITY} for code in PLACES},
    }


def test_the_run_is_the_one_kept(numbers):
    """Six quarters of China with 2,000 firms and seed 1 give the national and city numbers kept in china.json."""
    if os.environ.get("NQPF_RENEW_GOLDEN"):
        KEPT.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert {part: list(rows) for part, rows in kept.items()} == {part: list(rows) for part, rows in numbers.items()}
    different = [
        (part, row, name, expected, numbers[part][row][name])
        for part, rows in kept.items()
        for row, values in rows.items()
        for name, expected in values.items()
        if numbers[part][row][name] != pytest.approx(expected, rel=1e-6, abs=0)
    ]
    assert not different
