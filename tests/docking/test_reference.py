"""The fast engine against the plain reference, draw for draw: both run free for twelve quarters from one start.

Whole numbers have to be equal, others to 1e-9. Scenarios: the baseline, and rules over all levers and shocks of every
kind drawn at random, in places and times drawn at random.
"""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.model.levers import LEVERS
from nqpf.model.rules import SHOCKS

EXACT = {"rtol": 1e-9, "atol": 0}
SCENARIOS = {"baseline": None} | {f"at random {seed}": seed for seed in (1, 4, 16, 22, 24)}
SHAKEN = "at random 24"
"""A scenario that begins far from rest, so that limits bind that never do near the start."""
ACCOUNTS = {
    "value_added": "value_added", "wages_labour": "wages_labour", "wages_talent": "wages_talent",
    "talent_subsidy": "talent_subsidy", "industry_subsidy": "subsidy", "research": "research", "data_paid": "data_paid",
    "data_received": "data_received", "exchange_cost": "exchange_cost", "surplus": "surplus",
    "dividends_received": "dividends_received", "income": "income", "consumption": "consumption", "saving": "saving",
    "tax": "tax", "mission": "mission", "development": "development", "budget": "budget", "fund": "fund",
    "public_spending": "public_spending", "investment": "investment", "final": "final",
}  # fmt: skip
"""Names of flows in the engine and in the reference."""


@pytest.fixture(scope="module")
def start(pairs, thirty_places):
    """The inverted start that all scenarios share."""
    return pairs.fast_economy(thirty_places, pairs.baseline())[1]


@pytest.fixture(scope="module", params=list(SCENARIOS))
def run(request, reference, pairs, thirty_places, start):
    """Every quarter's outcome of both engines under a scenario."""
    seed = SCENARIOS[request.param]
    rules = pairs.baseline() if seed is None else pairs.at_random(seed, thirty_places)
    economy, _ = pairs.fast_economy(thirty_places, rules, start)
    if request.param == SHAKEN:
        pairs.shake(economy)
    model = pairs.plain_economy(reference, economy)
    quarters = []
    for _ in range(pairs.QUARTERS):
        economy.step()
        model.step()
        quarters.append((pairs.snapshot(economy), pairs.plain_snapshot(model)))
    return SimpleNamespace(name=request.param, quarters=quarters, economy=economy, model=model)


def by_id(state, name):
    """A column of the engine's firms in the order of ids."""
    return state[f"firms.{name}"][np.argsort(state["firms.id"])]


def test_people_are_the_same_to_the_person(run):
    """Births, deaths, graduates, every origin's moves and the residents that result."""
    for fast, plain in run.quarters:
        assert fast.events.births.tolist() == plain.seen["births"]
        assert (fast.events.deaths_labour + fast.events.deaths_talent).tolist() == plain.seen["deaths"]
        assert fast.events.graduates.tolist() == plain.seen["graduates"]
        for skill, moves in zip(("labour", "talent"), fast.moves, strict=True):
            assert moves.tolist() == plain.seen[f"moves {skill}"]
            assert fast.state[skill].tolist() == plain.places[skill].tolist()


def test_the_same_firms_leave_move_and_arrive(run):
    """Firms by id with cell, age and track, births ever by cell, exits and entries, and where firms moved."""
    for fast, plain in run.quarters:
        for name in ("id", "cell", "age", "track"):
            assert by_id(fast.state, name).tolist() == plain.firms[name].tolist(), (fast.quarter, name)
        assert fast.state["births_by_cell"].tolist() == plain.births_by_cell.tolist()
        assert fast.turnover.exits.sum() == len(plain.seen["left"])
        assert fast.turnover.entries.sum() == len(plain.seen["arrived"])
        k = plain.places["values"].shape[1]
        ways = zip(fast.turnover.moved, fast.turnover.moved_from // k, fast.turnover.moved_to // k, strict=True)
        assert sorted(tuple(map(int, way)) for way in ways) == plain.seen["moved"]


def test_consortia_and_tracks_are_the_same(run):
    """Who attempts with whom, who breaks through, the tracks that opens, and joint projects."""
    for fast, plain in run.quarters:
        c = fast.consortia
        partners = [tuple(p for p in row if p >= 0) for row in c.partner_firm.tolist()]
        assert list(zip(c.firm.tolist(), partners, strict=True)) == plain.seen["attempts"]
        opened = [(f, t) for f, t in zip(c.firm.tolist(), c.track.tolist(), strict=True) if t >= 0]
        assert opened == plain.seen["breakthroughs"]
        assert fast.projects.tolist() == plain.seen["collaborations"]
        for column, name in enumerate(("sector", "ceiling", "origin", "opened")):
            expected = [track[column] for track in plain.tracks]
            np.testing.assert_allclose(fast.state[f"tracks.{name}"], expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(fast.state["network"], plain.network, **EXACT)
        np.testing.assert_allclose(fast.state["mission_weight"], plain.mission_weight, **EXACT)


def test_market_clears_at_the_same_sales_and_prices(run):
    """Sales, price indices, the places' final prices, volumes and what a wage is worth."""
    for fast, plain in run.quarters:
        np.testing.assert_allclose(fast.state["sales"], plain.sales, **EXACT)
        np.testing.assert_allclose(fast.state["log_price_index"], plain.log_price_index, rtol=0, atol=1e-9)
        np.testing.assert_allclose(fast.state["basket.quantity"], plain.places["quantity"], **EXACT)
        np.testing.assert_allclose(fast.state["basket.final_price"], plain.places["final_price"], **EXACT)
        for name in ("real_wage", "gdp_volume", "absorption_volume"):
            np.testing.assert_allclose(fast.state[name], getattr(plain, name), err_msg=name, **EXACT)


def test_incomes_and_budgets_are_the_sums_over_agents(run):
    """Each account of each place is what firms, households and governments pay and get."""
    for fast, plain in run.quarters:
        for name, own in ACCOUNTS.items():
            there = getattr(fast.production.accounts, name)
            np.testing.assert_allclose(there, plain.accounts[own], rtol=1e-9, atol=1e-15, err_msg=name)
        for name in ("rate", "budget", "budget_room", "public_capital"):
            np.testing.assert_allclose(fast.state[name], plain.places[name], err_msg=name, **EXACT)


def test_capital_is_owned_as_it_was_paid_for(run):
    """Ownership by home and host, and who paid for what."""
    for fast, plain in run.quarters:
        np.testing.assert_allclose(fast.state["ownership"], plain.ownership, **EXACT)
        np.testing.assert_allclose(fast.investment, plain.sent, **EXACT)


def test_firms_have_the_same_columns(run):
    """Productivity, capital, data and performance of every firm; sales and people of those that produced."""
    for fast, plain in run.quarters:
        for name, own in (("log_productivity", "log_a"), ("performance", "performance")):
            np.testing.assert_allclose(by_id(fast.state, name), plain.firms[own], rtol=0, atol=1e-9, err_msg=name)
        for name in ("capital", "data"):
            np.testing.assert_allclose(by_id(fast.state, name), plain.firms[name], err_msg=name, **EXACT)
        old = ~np.isin(plain.firms["id"], [way[0] for way in plain.seen["moved"]])
        for name in ("sales", "labour", "talent"):
            np.testing.assert_allclose(by_id(fast.state, name)[old], plain.firms[name][old], err_msg=name, **EXACT)


def test_governments_and_places_learn_the_same(run):
    """Targets, effort, what provinces remember, knowledge and externalities."""
    for fast, plain in run.quarters:
        assert fast.state["targets"].tolist() == plain.places["targets"].tolist()
        for name in ("effort", "province_volume"):
            np.testing.assert_allclose(fast.state[name], getattr(plain, name), rtol=1e-9, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(fast.state["knowledge"], plain.places["knowledge"], **EXACT)
        np.testing.assert_allclose(fast.state["externality"], plain.places["externality"], rtol=1e-9, atol=1e-12)


def test_every_sellers_market_clears_firm_by_firm(run):
    """Excess demand, from firms' own productivity and each pair's trade cost, is nought at the solver's solution."""
    worst = [plain.seen["excess demand"] for fast, plain in run.quarters if fast.quarter % 4 == 1]
    assert len(worst) == 3
    assert 0 < max(worst) < 1e-9


def test_every_mechanism_happened(run):
    """The comparisons above are of twelve quarters in which each rule did something."""
    last = run.quarters[-1][1]

    def total(name):
        return sum(len(plain.seen[name]) for _, plain in run.quarters)

    for name, least in (
        ("left", 30), ("arrived", 30), ("moved", 10), ("improved", 300), ("imitated", 100), ("adopted", 30),
        ("attempts", 20), ("breakthroughs", 5),
    ):  # fmt: skip
        assert total(name) >= least, name
    assert total("attempts") > total("breakthroughs")
    assert sum(np.sum(plain.seen["collaborations"]) for _, plain in run.quarters) > 50
    assert sum(np.sum(fast.moves[0]) for fast, _ in run.quarters) > 300
    assert sum(np.sum(fast.moves[1]) for fast, _ in run.quarters) > 100
    for name in ("subsidy", "fund", "data_paid", "data_received", "exchange_cost", "mission", "development"):
        assert max(np.max(plain.accounts[name]) for _, plain in run.quarters) > 0, name
    assert np.ptp(last.effort) > 0
    if run.name == "baseline":  # a rule may fix targets for good
        targets = [plain.places["targets"] for _, plain in run.quarters]
        assert any((a != b).any() for a, b in pairwise(targets))
    assert (last.places["externality"] != 0).sum() > 30
    assert np.ptp(run.model.pools.compute) > 0


def test_scenarios_use_every_lever_and_shock(pairs, thirty_places):
    """The random scenarios together set each lever, some for some places and some by a ramp, and each shock."""
    rules = [pairs.at_random(seed, thirty_places) for seed in SCENARIOS.values() if seed is not None]
    policy = [rule for scenario in rules for rule in scenario["policy"]]
    assert {rule.lever for rule in policy} == set(LEVERS)
    assert {choice for rule in policy if isinstance(choice := rule.value, str)} >= {"lagging", "complex", "cluster"}
    assert any(rule.ramp > 1 for rule in policy)
    assert {level for rule in policy for level in rule.where or ()} >= {"city", "province", "cluster"}
    assert {shock.kind for scenario in rules for shock in scenario["shock"]} == set(SHOCKS)
    assert {scenario["demography"] for scenario in rules} == {"census", "frozen"}


def test_derived_tables_are_those_of_the_engine(run):
    """Digital intensity, its knee, exponents of data, similarity, components and relatedness, from the tables."""
    t, f = run.model.t, run.economy.fundamentals
    s, data = f.structure, run.economy.parameters.data
    np.testing.assert_allclose(s.digital, t.digital_start, **EXACT)
    np.testing.assert_allclose(s.digital_knee, t.knee, **EXACT)
    np.testing.assert_allclose(f.technology.own_data, [z * (1 - data.pool_weight) for z in t.zeta], **EXACT)
    np.testing.assert_allclose(f.technology.pool_data, [z * data.pool_weight for z in t.zeta], **EXACT)
    np.testing.assert_allclose(f.technology.compute_data, [z * data.compute_weight for z in t.zeta], **EXACT)
    np.testing.assert_allclose(s.similarity, t.similarity, **EXACT)
    traded = [row for row, local in enumerate(t.local) if not local]
    assert [[c for c in row if c >= 0] for row in s.components[traded].tolist()] == [t.components[r] for r in traded]
    np.testing.assert_allclose(s.relatedness[np.ix_(traded, traded)], np.array(t.relatedness)[np.ix_(traded, traded)])


def test_the_start_is_what_the_rules_make_of_the_base_quarter(reference, pairs, start):
    """Ages, data, public capital, knowledge, the network and the mission's weights at the start."""
    economy, _ = pairs.fast_economy(start[0], pairs.baseline(), start)
    model = pairs.plain_economy(reference, economy)
    state, accounts = economy.state(), economy._production.accounts
    for firm, sales in zip(model.firms, state["firms.sales"].tolist(), strict=True):
        firm.sales = sales
    own = reference.opening_values(model, accounts.public_spending.tolist(), accounts.development.tolist())
    ids = state["firms.id"].tolist()
    assert state["firms.age"].tolist() == [own["age"][i] for i in ids]
    np.testing.assert_allclose(state["firms.data"], [own["data"][i] for i in ids], **EXACT)
    for name in ("knowledge", "mission_weight", "public_capital", "network"):
        np.testing.assert_allclose(state[name], own[name], err_msg=name, **EXACT)
    assert (state["externality"] == 0).all()
    assert (state["firms.performance"] == 0).all()
    assert (state["effort"] == 0.5).all()
    assert (state["firms.track"] == state["firms.cell"] % model.t.k).all()
    model.levers = model.schedule.levers(model.quarter)
    assert state["targets"].tolist() == [city.choose_targets() for city in model.cities]
