"""Every identity holds in a run, and a broken one is caught by its name."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.model import accounts, steps
from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError
from nqpf.model.growth import contributions
from nqpf.model.markets.incomes import Accounts
from nqpf.model.processes.production import cell_productivity, grown_public_capital, produce
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import PolicyRule

QUARTER = parse_quarter("2024Q2")
GENEROUS = {
    "talent_subsidy": 0.1,
    "subsidy_cap": 0.05,
    "guidance_fund": 0.05,
    "mission_fund": 0.01,
    "data_pool_scope": "nation",
}
"""Policies with which every account flows, and none is so small that an error in it would be one of rounding."""


@pytest.fixture(scope="module")
def quarter(economies, country):
    """A quarter of the small country that all identities were checked on, in which every account flows."""
    policy = [PolicyRule(lever=lever, value=value) for lever, value in GENEROUS.items()]
    economy = economies.small_economy(country, policy=policy)
    economy.step()
    return SimpleNamespace(
        economy=economy, production=economy._production, distribution=economy._distribution, at_work=economy._at_work
    )


def broken(residuals):
    """Names of identities that do not hold."""
    return {name for name, value in residuals.items() if not value <= accounts.TOLERANCE}


def nudged(values, index=0, factor=1 + 1e-6):
    """The same array with one number a millionth larger."""
    values = values.copy()
    values.flat[index] *= factor
    return values


def misstated(account, name):
    """The accounts with one of the first place too large by a millionth of its value added."""
    values = getattr(account, name).copy()
    values[0] += 1e-6 * account.value_added[0]
    return replace(account, **{name: values})


def test_every_identity_is_checked_every_quarter(quarter):
    """Each name in the list has a residual, each residual a name, and all hold."""
    assert set(quarter.economy.residuals) == set(accounts.IDENTITIES)
    assert not broken(quarter.economy.residuals)
    assert quarter.economy.residuals["labour"] == quarter.economy.residuals["talent"] == 0


def test_a_run_of_many_quarters_keeps_them_all(economies, country):
    """Five years of births, moves, entries and exits."""
    economy = economies.small_economy(country)
    worst = dict.fromkeys(accounts.IDENTITIES, 0.0)
    for _ in range(20):
        economy.step()
        worst = {name: max(value, economy.residuals[name]) for name, value in worst.items()}
    assert max(worst.values()) < 1e-11


def unaccounted(made):
    """What the mechanisms leave of places' growth, the largest."""
    return float(np.abs(sum(v for name, v in made.items() if name != "growth") - made["growth"]).max())


def test_growth_is_accounted_for(economies, country):
    """In five years of generous policies the mechanisms add up to every place's growth; one too large is noticed."""
    policy = [PolicyRule(lever=lever, value=value) for lever, value in GENEROUS.items()]
    economy = economies.small_economy(country, policy=policy)
    for _ in range(20):
        before = economy.now.sources
        economy.step()
        assert unaccounted(economy.growth_measures()) < accounts.TOLERANCE
    now, technology = economy.now.sources, economy.parameters.technology
    for name in ("levels", "log_productivity", "capital", "value"):
        wrong = replace(now, **{name: nudged(getattr(now, name), int(np.abs(getattr(now, name)).argmax()))})
        made = contributions(before, wrong, economy.fundamentals.technology, technology)
        assert unaccounted(made) > accounts.TOLERANCE, name


BUDGETS = {"government", "province_budget", "city_budget", "place"}
ACCOUNTS = {
    # What the mission, and so the centre's transfers, rest on.
    "value_added": {"value_added", "nation", "mission", "province_budget", "city_budget"},
    "wages_labour": {"value_added", "household"},
    "wages_talent": {"value_added", "household", "subsidies"},
    "talent_subsidy": {"household", "subsidies", *BUDGETS},
    "industry_subsidy": {"value_added", "subsidies", *BUDGETS},
    "research": {"value_added"},
    "data_paid": {"value_added", "data", "place"},
    "data_received": {"value_added", "data"},
    "exchange_cost": {"data", "place"},
    "surplus": {"value_added", "saving"},
    "dividends": {"dividends", "place"},
    "dividends_received": {"dividends", "household"},
    "income": set(),  # stands only as the scale of the households' identity, which is made of its parts
    "consumption": {"household"},
    "saving": {"household", "saving", "place"},
    "tax": {"value_added", "subsidies", *BUDGETS},
    "mission": {"mission", "government", "place"},
    "development": {"subsidies"},
    "budget": {"subsidies"},
    "fund": {"saving", "subsidies", *BUDGETS},
    "public_spending": BUDGETS,
    "investment": {"saving"},
    "final": {"place", "nation", "spending"},
}
"""Each account of a place, and the identities that must notice when it is too large."""


def test_every_account_is_in_the_table_and_flows(quarter):
    """No account is left out, and none of the economy's is nought throughout."""
    assert set(ACCOUNTS) == set(Accounts.__slots__)
    for name in ACCOUNTS:
        assert (getattr(quarter.production.accounts, name) > 0).any(), name


@pytest.mark.parametrize("flow", list(ACCOUNTS))
def test_a_wrong_account_breaks_its_identities(quarter, flow):
    """Exactly those in which the flow stands, each raising its name, the quarter and the residual."""
    wrong = misstated(quarter.production.accounts, flow)
    residuals = accounts.flows(replace(quarter.production, accounts=wrong), quarter.distribution)
    assert broken(residuals) == ACCOUNTS[flow]
    for name in ACCOUNTS[flow]:
        with pytest.raises(AccountingError, match=rf"2024Q2: identity '{name}' broke by .*e-.*: ") as caught:
            accounts.check({name: residuals[name]}, QUARTER)
        assert accounts.IDENTITIES[name] in str(caught.value)


RATES = {
    "mission_rate": {"mission", "province_budget", "city_budget", "subsidies"},
    "mission_weight": {"mission"},
    "development_weight": {"subsidies", "city_budget", "province_budget"},
    "talent_subsidy": {"subsidies"},
    "industry_subsidy": {"subsidies"},
    "fund_share": {"subsidies"},
    "equalisation": {"province_budget", "city_budget"},
}
"""Shares of the quarter, and the identities that must notice that the accounts were not made with them."""


@pytest.mark.parametrize("share", list(RATES))
def test_accounts_made_with_other_shares_are_noticed(quarter, share):
    """Money given by another rule than the one that holds: the totals may be right, the rule is not."""
    value = getattr(quarter.distribution, share)
    value = value * 1.001 if isinstance(value, float) else nudged(value, int(value.argmax()), 1.001)
    residuals = accounts.flows(quarter.production, replace(quarter.distribution, **{share: value}))
    assert broken(residuals) == RATES[share]


@pytest.mark.parametrize("part", ["payment_rate", "exchange_cost", "providers"])
def test_data_paid_to_others_than_the_providers_are_noticed(quarter, part):
    """How much users pay, the exchange's part, and who gets the rest."""
    data = quarter.distribution.data
    wrong = replace(data, **{part: nudged(getattr(data, part), 1, 1.001)})
    residuals = accounts.flows(quarter.production, replace(quarter.distribution, data=wrong))
    assert "data" in broken(residuals)
    assert broken(residuals) <= {"data", "place"}


CLEARING = {
    "sales": {"goods", "sectors", "spending"},
    "spending": {"goods", "sectors", "spending"},
    "weights": {"goods", "purchases"},
    "competition": {"goods", "purchases"},
}
"""A number of the cleared market that is wrong in one cell, and the identities that must notice."""


@pytest.mark.parametrize("part", list(CLEARING))
def test_a_market_that_does_not_close_is_noticed(quarter, part):
    """Too much sold, spent or offered in one cell."""
    c = quarter.production.clearing
    wrong = replace(c, **{part: nudged(getattr(c, part))})
    residuals = accounts.flows(replace(quarter.production, clearing=wrong), quarter.distribution)
    assert CLEARING[part] <= broken(residuals)
    assert broken(residuals) <= CLEARING[part] | {"place"}


def test_sales_that_are_not_value_added_are_noticed(quarter):
    """The place's identity takes GDP from sales and not from the accounts."""
    wrong = replace(quarter.production.clearing, sales=nudged(quarter.production.clearing.sales, factor=1.01))
    residuals = accounts.flows(replace(quarter.production, clearing=wrong), quarter.distribution)
    assert "place" in broken(residuals)


def test_errors_of_opposite_sign_do_not_cancel(quarter):
    """One place too much, another as much too little: the nation's totals hold, the places' do not."""
    a = quarter.production.accounts
    shift = np.array([1.0, 0, 0, -1, 0, 0])
    for name, expected in (
        ("final", {"place", "spending"}),
        ("public_spending", {"place", "province_budget", "city_budget"}),
        ("mission", {"place", "mission"}),
        ("data_received", {"value_added", "data"}),
    ):
        wrong = replace(a, **{name: getattr(a, name) + shift})
        residuals = accounts.flows(replace(quarter.production, accounts=wrong), quarter.distribution)
        assert broken(residuals) == expected


def test_a_city_that_spends_anothers_money_is_noticed(quarter):
    """Public money moved from one city to another of the same province, spent there on goods."""
    a = quarter.production.accounts
    shift = np.array([1.0, -1, 0, 0, 0, 0])
    wrong = replace(a, public_spending=a.public_spending + shift, final=a.final + shift)
    assert broken(accounts.flows(replace(quarter.production, accounts=wrong), quarter.distribution))


def test_a_market_that_gives_one_citys_demand_to_another_is_noticed(quarter):
    """E = F + inputs, place by place: a market that closes on two cities' exchanged demand is not this economy's."""
    market, f = quarter.production.market, quarter.economy.fundamentals

    def exchanged(sales):
        inputs = sales @ f.technology.input_requirements.T
        final = market.spending(sales) - inputs
        final[[0, 1]] = final[[1, 0]]
        return final + inputs

    c = quarter.production.clearing
    wrong = produce(replace(market, spending=exchanged), quarter.distribution, f, c.sales, c.log_price_index)
    assert np.abs(wrong.clearing.sales / np.where(c.sales > 0, c.sales, 1) - 1)[c.sales > 0].max() > 0.1
    assert broken(accounts.flows(wrong, quarter.distribution))


@pytest.mark.parametrize("part", ["ownership", "destinations"])
def test_shares_that_do_not_add_up_are_noticed(quarter, part):
    """A home's savings or a host's dividends shared out twice, in a place's balance."""
    wrong = replace(quarter.distribution, **{part: nudged(getattr(quarter.distribution, part), 1, 1.01)})
    assert "place" in broken(accounts.flows(quarter.production, wrong))


@pytest.mark.parametrize("column", ["sales", "labour", "talent"])
def test_firms_that_do_not_add_up_to_their_cell_are_noticed(quarter, column):
    """A firm that sells or employs too much."""
    name = "firm_sales" if column == "sales" else "employment"
    production, firms = quarter.production, quarter.economy.firms
    value = {c: getattr(firms, c).copy() for c in ("cell", "sales", "labour", "talent")}
    share = cell_productivity(firms, quarter.economy.fundamentals.technology, quarter.economy.parameters.technology, 6)[
        1
    ]
    c, t = production.clearing, quarter.distribution.technology
    cells = {
        "sales": c.sales[:-1],
        "labour": c.sales[:-1] * t.labour_wage_share / c.wage_labour[:-1, None],
        "talent": c.sales[:-1] * t.talent_wage_share / c.wage_talent[:-1, None],
    }
    for key, cell in cells.items():
        value[key] = cell.ravel()[firms.cell] * share
    assert not broken(accounts.firms(production, SimpleNamespace(**value), quarter.at_work))
    value[column] = nudged(value[column], int(value[column].argmax()))
    assert broken(accounts.firms(production, SimpleNamespace(**value), quarter.at_work)) == {name}


def test_capital_without_an_owner_is_noticed(quarter):
    """Owners' shares must add up to their firms' capital."""
    firms = quarter.economy.firms
    owned = np.bincount(firms.cell // 4, firms.capital, 6) * np.full((6, 6), 1 / 6)
    assert accounts.ownership(owned, firms, 4) < 1e-12
    assert accounts.ownership(nudged(owned), firms, 4) > accounts.TOLERANCE


def test_public_capital_from_nowhere_is_noticed(quarter):
    """It changes by depreciation, a part of ordinary public spending and all development money."""
    technology, production = quarter.economy.parameters.technology, quarter.production
    before = np.linspace(50, 400, 6)
    after = grown_public_capital(technology, before, production.accounts, production.price)
    assert accounts.public_capital(before, after, technology, production) < 1e-14
    assert accounts.public_capital(before, nudged(after), technology, production) > accounts.TOLERANCE
    for flow in ("public_spending", "development"):
        wrong = replace(production, accounts=misstated(production.accounts, flow))
        assert accounts.public_capital(before, after, technology, wrong) > accounts.TOLERANCE


def test_one_person_too_many_is_noticed():
    """Balances of people are exact: no tolerance."""
    before, births, deaths = np.array([100, 50]), np.array([3, 1]), np.array([1, 2])
    assert accounts.people(before, np.array([102, 49]), (births,), (deaths,)) == 0
    residual = accounts.people(before, np.array([103, 48]), (births,), (deaths,))
    assert residual == 1
    for name in ("labour", "talent"):
        with pytest.raises(AccountingError, match=f"identity '{name}' broke"):
            accounts.check({name: residual}, QUARTER)


def test_a_residual_that_is_no_number_is_a_broken_identity():
    """NaN compares false with everything, and must not pass."""
    for value in (float("nan"), float("inf")):
        with pytest.raises(AccountingError, match="'goods'"):
            accounts.check({"goods": value}, QUARTER)
    accounts.check({"goods": 1e-9, "labour": 0.0}, QUARTER)


# A process that leaks stops the run, with the name of an identity it breaks and the quarter


def leak(monkeypatch, name, change):
    """Let the economy's process `name` give a result that `change` has spoiled."""
    process = getattr(steps, name)
    monkeypatch.setattr(steps, name, lambda *args, **named: change(process(*args, **named)))


def lose_capital(result):
    """A thousandth of one owner's capital vanishes."""
    owned, investment = result
    return nudged(owned, 0, 0.999), investment


def sell_more(production):
    """One cell's sales after the market closed."""
    return replace(production, clearing=replace(production.clearing, sales=nudged(production.clearing.sales, 1)))


def spend_twice(production):
    """One city's public money."""
    a = production.accounts
    return replace(production, accounts=replace(a, public_spending=nudged(a.public_spending)))


def misstate(flow):
    """One city's account of a flow after everything has cleared."""
    return lambda production: replace(production, accounts=misstated(production.accounts, flow))


LEAKS = {
    "ownership": ("accumulate", lose_capital),
    "goods": ("produce", sell_more),
    "government": ("produce", spend_twice),
    "public_capital": ("grown_public_capital", nudged),
    "data": ("produce", misstate("data_received")),
    "mission": ("produce", misstate("mission")),
    "subsidies": ("produce", misstate("industry_subsidy")),
    "saving": ("produce", misstate("fund")),
}


@pytest.mark.parametrize("identity", list(LEAKS))
def test_a_leak_stops_the_run(monkeypatch, economies, country, identity):
    """With the name of an identity it breaks and the quarter."""
    economy = economies.small_economy(country)
    economy.step()
    leak(monkeypatch, *LEAKS[identity])
    with pytest.raises(AccountingError, match=r"2024Q2: identity '\w+' broke"):
        economy.step()
    assert identity in broken(economy.residuals)


@pytest.mark.parametrize("part", ["ownership", "destinations"])
def test_shares_that_leak_stop_the_run(monkeypatch, economies, country, part):
    """Money lost between saving and spending: the market itself cannot close."""
    economy = economies.small_economy(country)
    economy.step()
    leak(monkeypatch, "Distribution", lambda d: replace(d, **{part: nudged(getattr(d, part), 1, 1.01)}))
    with pytest.raises((EquilibriumError, AccountingError)):
        economy.step()


def test_firms_capital_lost_in_a_turnover_stops_the_run(monkeypatch, economies, country):
    """Capital of those who leave has to stay in their city."""
    economy = economies.small_economy(country)
    process = steps.turn_over

    def wasteful(entry_exit, relocation, firms, *args):
        result = process(entry_exit, relocation, firms, *args)
        firms.capital[0] *= 0.99
        return result

    monkeypatch.setattr(steps, "turn_over", wasteful)
    with pytest.raises(AccountingError, match="2024Q1: identity 'ownership_turnover' broke"):
        economy.step()
