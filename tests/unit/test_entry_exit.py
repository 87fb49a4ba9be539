"""Rules by which firms leave, arrive and choose a site, in closed form."""

import numpy as np
import pytest
from scipy import stats

from nqpf.agents.firms.entry_exit import (
    age_profile,
    entrant_productivity,
    entry_pull,
    exit_hazard,
    performance,
    starting_ages,
    starting_sizes,
)
from nqpf.agents.firms.parameters import EntryExit, Relocation
from nqpf.agents.firms.relocation import choose_site, site_value

# Exit


def test_age_profile_by_hand():
    """Steps at whole years: low in the first, highest in the third, falling from the seventh to a floor."""
    year = np.array([0, 1, 2, 3, 6, 7, 8, 18, 50])
    expected = [0.25, 0.95, 1.4, 1.25, 1.25, 1.25 * np.exp(-0.06), 1.25 * np.exp(-0.12), 1.25 * np.exp(-0.72), 0.6]
    for quarter in range(4):
        np.testing.assert_allclose(age_profile(4 * year + quarter), expected, rtol=1e-14)


def test_exit_hazard_by_hand():
    """Rate · profile · e^{−performance / 2} within a half and twice, never above one."""
    e = EntryExit()
    log_return = np.log([0.01, 0.25, 1.0, 2.25, 100.0])
    got = exit_hazard(e, np.full(5, 8), log_return, np.ones(5))
    np.testing.assert_allclose(got / (1.4 * e.exit_rate), [2, 2, 1, 1 / 1.5, 0.5])
    assert (np.diff(got) <= 0).all()
    assert exit_hazard(EntryExit(exit_rate=0.5), np.array([8]), np.array([-9.0]), np.ones(1))[0] == 1.0


def test_large_firms_rarely_leave():
    """Size^−½ over the cell's mean, within a twentieth and twice; both factors multiply."""
    e = EntryExit(exit_size_elasticity=0.5)
    size = np.array([0.01, 0.25, 1.0, 4.0, 1e6])
    got = exit_hazard(e, np.full(5, 8), np.zeros(5), size)
    np.testing.assert_allclose(got / (1.4 * e.exit_rate), [2, 2, 1, 1 / 2, 1 / 20])
    worse = exit_hazard(e, np.full(5, 8), np.full(5, np.log(0.25)), size)
    np.testing.assert_allclose(worse, 2 * got)


def test_performance_remembers():
    """The last quarter counts by the memory; a lasting return is reached in the long run."""
    e = EntryExit(memory=0.25)
    once = performance(e, np.array([0.4]), np.array([np.e]))
    np.testing.assert_allclose(once, 0.75 * 0.4 + 0.25)
    lasting = np.zeros(1)
    for _ in range(100):
        lasting = performance(e, lasting, np.array([2.0]))
    np.testing.assert_allclose(lasting, np.log(2))


def test_ages_of_the_start_are_stationary():
    """Aged by a quarter, thinned by the hazard and refilled with newborns the distribution is itself again."""
    e = EntryExit()
    u = (np.arange(400_000) + 0.5) / 400_000
    ages = starting_ages(e, u)
    assert ages.min() == 0
    assert ages.max() == 199
    share = np.bincount(ages, minlength=200) / len(ages)
    # As in a quarter of the economy: first a quarter older, then at risk.
    survives = 1 - exit_hazard(e, np.arange(1, 200), np.zeros(199), np.ones(199))
    np.testing.assert_allclose(share[1:], share[:-1] * survives, atol=5e-6)


# Entry


def test_entrants_are_normal_around_their_cell():
    """Median, and one standard deviation up."""
    e = EntryExit()
    got = entrant_productivity(e, np.array([1.0, 2.0]), np.array([0.5, stats.norm.cdf(1)]))
    np.testing.assert_allclose(got, [1 - e.entrant_gap, 2 - e.entrant_gap + e.entrant_dispersion])


def test_sizes_are_pareto():
    """The tail's exponent is the parameter, and the cap caps."""
    e = EntryExit()
    u = (np.arange(100_000) + 0.5) / 100_000
    size = starting_sizes(e, u)
    assert size.min() >= 1
    assert size.max() == e.size_cap
    for x in (2.0, 10.0, 100.0):
        assert (size > x).mean() == pytest.approx(x**-e.size_tail, rel=1e-2)


PULLS = {
    "value_added": ("", 1.0, 2.0, 2.0),
    "relatedness": ("entry_relatedness", 0.7, 2.0, 2.0),
    "relative_return": ("entry_return", 0.7, 2.0, 2.0),
    "finance": ("entry_finance", 0.7, 2.0, 2.0),
    "subsidy": ("entry_subsidy", 0.7, 0.25, 1.25),
    "far_relatedness": ("entry_relatedness", 0.7, 9.0, 4.0),
    "far_return": ("entry_return", 0.7, 0.01, 0.25),
    "far_finance": ("entry_finance", 0.7, 9.0, 4.0),
}
"""What pulls entry: its elasticity, a value of it, and the factor that counts."""


@pytest.mark.parametrize("name", list(PULLS))
def test_entry_follows_each_pull_by_its_elasticity(name):
    """Twice the return is 2^ε the entry, each within a quarter and fourfold; one of all is value added."""
    parameter, elasticity, value, factor = PULLS[name]
    rules = EntryExit(**{parameter: elasticity}) if parameter else EntryExit()
    shape = 2, 2
    neutral = {
        "value_added": np.ones(shape),
        "relatedness": np.ones(shape),
        "relative_return": np.ones(shape),
        "finance": np.ones(2),
        "subsidy": np.zeros(shape),
    }
    np.testing.assert_array_equal(entry_pull(rules, **neutral), np.ones(shape))
    name = {"far_relatedness": "relatedness", "far_return": "relative_return", "far_finance": "finance"}.get(name, name)
    changed = neutral[name].copy()
    changed[0] = value
    got = entry_pull(rules, **(neutral | {name: changed}))
    np.testing.assert_allclose(got, [[factor**elasticity] * 2, [1, 1]])


# Relocation


def test_site_value_by_hand():
    """Returns and subsidies gained less distance, border and the move itself."""
    rules = Relocation(return_weight=2, subsidy_weight=5, distance_cost=1, border_cost=0.5, fixed_cost=2)
    got = site_value(
        rules, np.array([0.5, 0.0]), np.array([0.0, 0.1]), np.array([300.0, 2000.0]), np.array([False, True])
    )
    np.testing.assert_allclose(got, [1.0 - 0.3 - 2.0, 0.5 - 2.0 - 0.5 - 2.0])


def test_sites_are_chosen_by_their_odds():
    """Over evenly spread uniforms the shares are e^value over their sum, staying counting one; −∞ is never chosen."""
    value = np.array([0.5, -np.inf, -1.0, 0.2])
    n = 100_000
    chosen = choose_site(np.tile(value, (n, 1)), (np.arange(n) + 0.5) / n)
    odds = np.concatenate([[1.0], np.exp(value)])
    shares = np.bincount(chosen + 1, minlength=5) / n
    np.testing.assert_allclose(shares, odds / odds.sum(), atol=2e-5)
    assert shares[2] == 0
    assert (np.diff(chosen) >= 0).all()


def test_without_a_site_everybody_stays():
    """Also at the largest uniform below one."""
    nowhere = np.full((2, 4), -np.inf)
    assert choose_site(nowhere, np.array([0.0, np.nextafter(1, 0)])).tolist() == [-1, -1]
    best = np.array([[-np.inf, -np.inf, -np.inf, 50.0], [50.0, -np.inf, -np.inf, -np.inf]])
    assert choose_site(best, np.full(2, np.nextafter(1, 0))).tolist() == [3, 0]
