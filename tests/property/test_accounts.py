"""Identities of incomes that hold whatever is sold, owned, taxed and given."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nqpf.model.exchange.parameters import Data
from nqpf.model.exchange.pools import DataNetwork, data_trade
from nqpf.model.markets.capital import accumulate
from nqpf.model.parameters import Income

CLOSE = {"rtol": 1e-12}
some = settings(max_examples=60)


@st.composite
def economies_of_any_kind(draw):
    """A distribution of incomes over a few places and provinces, and sales of four sectors."""
    n = draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rates = Income(
        saving=draw(st.floats(0, 0.9)),
        retention=draw(st.floats(0, 0.9)),
        tax=draw(st.floats(0.01, 0.5)),
        central_share=draw(st.floats(0, 1)),
        city_population_weight=draw(st.floats(0, 1)),
        development_share=draw(st.floats(0, 0.9)),
    )
    open_ = (rng.uniform(size=(n, n)) < draw(st.floats(0, 1))) | np.eye(n, dtype=bool)
    access = np.where(open_, rng.uniform(0.1, 1, (n, n)), 0.0)
    np.fill_diagonal(access, 1.0)
    network = DataNetwork(access, rng.uniform(0, 1, n) / open_.sum(1))
    values = {
        "income": rates,
        "equalisation": draw(st.floats(0, 1)),
        "mission_rate": draw(st.floats(0, 0.5)) * rates.central_share * rates.tax,
        "mission_weight": rng.dirichlet(np.full(n, 0.5)),
        "development_weight": rng.dirichlet(np.full(n, 0.5)),
        "province": np.sort(rng.integers(0, 3, n)),
        "population": rng.integers(1, 10**7, n).astype(float),
        "ownership": rng.dirichlet(np.full(n, 0.5), n).T,
        "destinations": rng.dirichlet(np.full(n, 0.5), n),
        "talent_subsidy": rng.uniform(0, 0.3, n),
        "industry_subsidy": rng.uniform(0, 0.05, (n, 4)) * (rng.uniform(size=(n, 4)) < 0.5),
        "fund_share": rng.uniform(0, 0.05, n),
        "data": data_trade(Data(price=draw(st.floats(0, 1))), network, rng.uniform(0.1, 9, n)),
    }
    sales = np.exp(rng.normal(0, 2, (n, 4))) * (rng.uniform(size=(n, 4)) > 0.2)
    sales[:, 0] += 0.01
    return values, sales


def split(economies, drawn):
    """Distribution, accounts and sales of a drawn economy."""
    values, sales = drawn
    values["province"] = np.unique(values["province"], return_inverse=True)[1]
    sectors = economies.technology(research_share=(0.001, 0.02, 0.03, 0.0))
    d = economies.plain_distribution(sectors, len(sales), **values)
    return d, d.accounts(sales), sales


@some
@given(economies_of_any_kind())
def test_value_added_is_paid_out(economies, drawn):
    """Wages, tax, R&D, data and net surplus are value added, subsidies and data sold; sales less inputs are, too."""
    d, a, sales = split(economies, drawn)
    paid = a.wages_labour + a.wages_talent + a.tax + a.research + a.surplus + a.data_paid
    np.testing.assert_allclose(paid, a.value_added + a.industry_subsidy + a.data_received, **CLOSE)
    inputs = (sales @ d.technology.input_requirements.T).sum(1)
    np.testing.assert_allclose(sales.sum(1) - inputs, a.value_added, rtol=1e-10)


@some
@given(economies_of_any_kind())
def test_everything_received_was_paid(economies, drawn):
    """Dividends, public money, payments for data and investment add up over places to what was given."""
    d, a, _ = split(economies, drawn)
    np.testing.assert_allclose(a.dividends_received.sum(), a.dividends.sum(), **CLOSE)
    np.testing.assert_allclose((a.budget + a.mission).sum(), a.tax.sum(), **CLOSE)
    invested = a.saving.sum() + d.income.retention * a.surplus.sum() + a.fund.sum()
    np.testing.assert_allclose(a.investment.sum(), invested, **CLOSE)
    spent = a.public_spending + a.talent_subsidy + a.industry_subsidy + a.fund
    np.testing.assert_allclose(spent, a.budget, **CLOSE)
    np.testing.assert_allclose(a.data_received.sum() + a.exchange_cost.sum(), a.data_paid.sum(), atol=1e-300, **CLOSE)
    assert (a.exchange_cost <= a.data_paid).all()
    np.testing.assert_allclose(a.consumption + a.saving, a.income, **CLOSE)


@some
@given(economies_of_any_kind())
def test_the_nation_spends_what_it_makes(economies, drawn):
    """Final spending adds up to value added: nothing is lost, nothing comes from nowhere."""
    _, a, _ = split(economies, drawn)
    np.testing.assert_allclose(a.final.sum(), a.value_added.sum(), **CLOSE)


@some
@given(economies_of_any_kind())
def test_a_place_absorbs_what_it_makes_and_gets(economies, drawn):
    """GDP less absorption is what flows out as capital, dividends, payments for data and public money."""
    d, a, _ = split(economies, drawn)
    hosted = d.destinations * a.saving[:, None]
    held = d.ownership * a.dividends
    outflow = hosted.sum(1) - hosted.sum(0) - (held.sum(1) - held.sum(0)) - (a.budget + a.mission - a.tax)
    outflow += a.data_paid - a.exchange_cost - a.data_received
    np.testing.assert_allclose(a.value_added - a.final, outflow, atol=1e-12 * a.value_added.sum())


@some
@given(economies_of_any_kind())
def test_provinces_budgets_are_what_they_keep_and_get(economies, drawn):
    """Each province's cities spend its tax less the centre's part plus its transfer and their development money."""
    d, a, _ = split(economies, drawn)
    n = d.province.max() + 1
    tax, budget = np.bincount(d.province, a.tax, n), np.bincount(d.province, a.budget, n)
    people = np.bincount(d.province, d.population, n)
    z, e = d.income.central_share, d.equalisation
    left = z * tax.sum() - d.mission_rate * a.value_added.sum()
    development = d.income.development_share * left
    transfer = (left - development) * (e * people / people.sum() + (1 - e) * tax / tax.sum())
    given = np.bincount(d.province, development * d.development_weight, n)
    np.testing.assert_allclose(budget, (1 - z) * tax + transfer + given, **CLOSE)
    np.testing.assert_allclose(a.development, development * d.development_weight, atol=1e-300, **CLOSE)
    assert (a.budget > 0).all()


@some
@given(economies_of_any_kind(), st.floats(1e-3, 1e3))
def test_every_amount_is_a_share_of_a_flow(economies, drawn, factor):
    """Accounts of sales times a factor are the accounts times it: no sum is fixed."""
    d, a, sales = split(economies, drawn)
    scaled = d.accounts(factor * sales)
    for name in a.__slots__:
        expected = factor * getattr(a, name)
        np.testing.assert_allclose(getattr(scaled, name), expected, rtol=1e-11, atol=1e-300, err_msg=name)


@some
@given(economies_of_any_kind(), st.floats(0, 0.2))
def test_capital_grows_by_what_was_invested(economies, drawn, depreciation):
    """Over owners, each host's capital is what is left plus its investment at its price; nobody owns less than none."""
    d, a, _ = split(economies, drawn)
    rng = np.random.default_rng(0)
    n = len(a.saving)
    owned, price = d.ownership * rng.uniform(1, 9, n), rng.uniform(0.5, 2, n)
    retained = d.income.retention * a.surplus
    retained = np.maximum(retained, 0)
    after, paid = accumulate(owned, a.saving, d.destinations, retained, a.fund, price, depreciation)
    np.testing.assert_allclose(paid.sum(0), a.saving @ d.destinations + retained + a.fund, rtol=1e-11)
    np.testing.assert_allclose(after.sum(0), (1 - depreciation) * owned.sum(0) + paid.sum(0) / price, rtol=1e-11)
    assert (after >= 0).all()
