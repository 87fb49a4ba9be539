"""A process that leaks stops the run, with the name of an identity it breaks and the quarter."""

from dataclasses import replace

import pytest

from nqpf.model import accounts, steps
from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError


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
