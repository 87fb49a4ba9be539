"""Results do not hang on how many rows stand for the nation's firms."""

import numpy as np
import pytest

from nqpf.model.economy import RegionalEconomy
from nqpf.model.scenario import Scenario

QUARTERS = 20


def spread(firms: int) -> float:
    """Share of their sectors' sales on a track opened in Shanghai in each strategic sector, after five years."""
    scenario = Scenario.load("china", seed=3, firms=firms, settings={"parameters.research.attempts": "0"})
    economy = RegionalEconomy(scenario)
    shanghai = economy.facts.places.index("310000")
    for sector in np.flatnonzero(economy.facts.sectors.strategic):
        economy.now.tracks.open(int(sector), 0.25, shanghai, economy.quarter)
    economy.run_for(QUARTERS)
    return float(economy.track_measures()["sales_share"][economy.n_sectors :].mean())


@pytest.mark.slow
def test_a_track_spreads_as_fast_with_few_rows_as_with_many():
    """After five years about half of the strategic sectors is on it with 2,000, 20,000 and 60,000 rows."""
    shares = [spread(firms) for firms in (2_000, 20_000, 60_000)]
    assert min(shares) > 0.35, shares
    assert max(shares) - min(shares) < 0.15, shares
