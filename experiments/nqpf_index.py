"""The index's constants, made anew from the baselines of the shipped starts.

`python -m nqpf.experiments.nqpf_index [--out FILE.csv]` writes the table in `model/data` and shows what came of it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from nqpf.model.economy import RegionalEconomy
from nqpf.model.inequality import theil_by_group
from nqpf.model.nqpf_index import COMPONENTS, INDICATORS, index_values
from nqpf.model.nqpf_index.baseline import FIRMS, measured
from nqpf.model.nqpf_index.constants import SHIPPED, TABLE, write_table
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from nqpf.model.nqpf_index import Constants

BASELINES = ("china", "china-2010")
_SEED, _SHOWN = 7, 10


def baseline_constants(name: str) -> tuple[str, Constants]:
    """First quarter of a baseline of the library, and its constants over all of its quarters."""
    scenario = Scenario.load(name, seed=_SEED, firms=FIRMS)
    return scenario.start, measured(RegionalEconomy(scenario), scenario.quarters, SHIPPED)


def show(name: str, constants: Constants, console: Console) -> None:
    """Weights, macro-regions in the first quarter, and the places with the highest and the lowest index."""
    economy = RegionalEconomy(Scenario.load(name, seed=_SEED, firms=FIRMS))
    economy.step()
    facts, places = economy.facts, economy.place_measures()
    index, people = index_values(places, constants), places["population"]
    _show_weights(name, constants, console)
    regions = Table("", *index, title=f"{name}: residents' means, first quarter")
    group = np.unique(np.array(facts.provinces.macro_region), return_inverse=True)
    for row, macro_region in enumerate(group[0]):
        here = (group[1] == row)[facts.places.province]
        means = (np.average(values[here], weights=people[here]) for values in index.values())
        regions.add_row(str(macro_region), *(f"{mean:.3f}" for mean in means))
    console.print(regions)
    total, _, between = theil_by_group(index["nqpf"] * people, people, group[1][facts.places.province])
    console.print(f"Theil {total:.4f}, of it {between / total:.1%} between; threshold {constants.threshold:.4f}")
    order = np.argsort(-index["nqpf"])
    for title, rows in (("Highest", order[:_SHOWN]), ("Lowest", order[-_SHOWN:])):
        console.print(f"{title}: {', '.join(f'{facts.places.name_en[i]} {index["nqpf"][i]:.3f}' for i in rows)}")


def _show_weights(name: str, constants: Constants, console: Console) -> None:
    weights = Table("Component", "Indicator", "Lowest", "Highest", "Weight", title=f"{name}: constants")
    rows = zip(INDICATORS, constants.low, constants.high, constants.weight, strict=True)
    for indicator, low, high, weight in rows:
        label = f"ln {indicator.name}" if indicator.logs else indicator.name
        weights.add_row(indicator.component, label, f"{low:.4g}", f"{high:.4g}", f"{weight:.3f}")
    for component in COMPONENTS:
        total = sum(constants.weight[row] for row, i in enumerate(INDICATORS) if i.component == component)
        weights.add_row(component, "", "", "", f"{total:.3f}")
    console.print(weights)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m nqpf.experiments.nqpf_index", description=__doc__)
    parser.add_argument("--out", type=Path, default=TABLE, help="where to write the table")
    out = parser.parse_args().out
    made = {name: baseline_constants(name) for name in BASELINES}
    try:
        write_table(out, dict(made.values()))
    except OSError as fault:
        parser.exit(2, f"{out}: cannot be written: {fault.strerror}; choose another file\n")
    for name, (_, constants) in made.items():
        show(name, constants, Console())


if __name__ == "__main__":
    main()
