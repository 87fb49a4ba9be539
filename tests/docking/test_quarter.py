"""Whole quarters of a small economy against the plain, per-agent reference, process by process."""

from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.model.parameters import Parameters
from nqpf.model.processes import research, turnover
from nqpf.model.rules import PolicyRule, Shock

QUARTERS = 3
EXACT = {"rtol": 1e-9, "atol": 0}


def lively() -> Parameters:
    """Parameters at which something happens in every process of a few quarters, and some of both corners bind."""
    values = Parameters().model_dump()
    values["firms"] |= {"exit_rate": 0.15, "entrant_size": 0.6, "exit_return_elasticity": 2.0}
    values["income"]["tax"] = 0.04
    values["technology"]["love_of_variety"] = 0.3
    values["migration"]["considering"] = 0.03
    values["research"] |= {"hazard": 0.5, "effort_cap": 2.0, "spillover_cap": 1.2, "ceiling": 1.3}
    return Parameters.model_validate(values)


def rule(lever, value, **where):
    """A policy rule that holds from the start."""
    return PolicyRule(lever=lever, value=value, where=where or None)


POLICIES = {
    "status quo": (),
    "all levers": (
        rule("hukou_easing.labour", 0.7),
        rule("hukou_easing.talent", 0.4, province="12"),
        rule("talent_subsidy", 0.15, city=("110100", "120200")),
        rule("talent_subsidy", 0.3, city="120300"),
        rule("equity_integration", 0.5, province="11"),
        rule("border_capital", 0.3),
        rule("border_capital", 0.8, province="12"),
        rule("protection", 0.8),
        rule("protection", 0.2, province="12"),
        rule("transfer_equalisation", 0.9),
        rule("transport_gain.within", 0.4),
        rule("transport_gain.across", 0.1, city="120300"),
    ),
}


def world(reference, economy):
    """The economy's unchanging numbers as the reference's lists."""
    f, facts, t = economy.fundamentals, economy.facts, economy.fundamentals.technology
    places, start = facts.places, facts.start
    return reference.World(
        p=economy.parameters,
        seed=economy.scenario.seed,
        first_quarter=economy.first_quarter,
        province=places.province.tolist(),
        area=places.area_km2.tolist(),
        universities=places.universities.tolist(),
        seaport=places.seaport.tolist(),
        birth_rate=start.birth_rate.tolist(),
        death_rate=start.death_rate.tolist(),
        distance=economy.geography.distance.tolist(),
        kinds=list(facts.sectors.kind),
        gamma=facts.sectors.value_added_share.tolist(),
        skill=facts.sectors.skill_share.tolist(),
        inputs=facts.sectors.input_shares.tolist(),
        research=t.research_share.tolist(),
        beta=(facts.sectors.final_demand / facts.sectors.final_demand.sum()).tolist(),
        log_fundamental=f.log_fundamental.tolist(),
        wedge=f.wedge.tolist(),
        amenity=f.amenity.tolist(),
        moving_scale=f.moving_scale,
        barrier=f.barrier.tolist(),
        ceiling=f.track_ceiling.tolist(),
        lead=f.place_lead.tolist(),
        price_weights=f.price_weights.tolist(),
        base_price=f.base_price.tolist(),
        foreign_b=f.foreign_productivity.tolist(),
        foreign_labour=f.foreign_labour,
        foreign_talent=f.foreign_talent,
        firms_wanted=f.firms_wanted,
    )


def nation(reference, state, n_sectors):
    """A checkpoint as the reference's state."""
    firms = [
        reference.Firm(int(i), *divmod(int(c), n_sectors), int(a), float(z), float(k))
        for i, c, a, z, k in zip(
            *(state[f"firms.{name}"] for name in ("id", "cell", "age", "log_productivity", "capital")), strict=True
        )
    ]
    return reference.Nation(
        quarter=int(state["quarter"]),
        labour=state["labour"].tolist(),
        talent=state["talent"].tolist(),
        firms=firms,
        births_by_cell=state["births_by_cell"].tolist(),
        ownership=state["ownership"].tolist(),
        sales=state["sales"].tolist(),
        rate=state["rate"].tolist(),
        budget_room=state["budget_room"].tolist(),
        real_wage=state["real_wage"].tolist(),
        value=state["basket.value"].ravel().tolist(),
        quantity=state["basket.quantity"].ravel().tolist(),
        final=state["basket.final"].tolist(),
        final_price=state["basket.final_price"].tolist(),
        gdp_volume=float(state["gdp_volume"]),
        absorption_volume=float(state["absorption_volume"]),
    )


def kept_result(function, into, name):
    """The same function, whose last result is kept: what a firm faces shows in a draw only now and then."""

    def wrapped(*args):
        result = function(*args)
        into[name] = result.copy()
        return result

    return wrapped


@pytest.fixture(scope="module", params=list(POLICIES))
def quarters(request, economies, reference, country):
    """Each quarter's outcome of both, the reference starting every quarter where the economy did."""
    economy = economies.small_economy(country, parameters=lively(), policy=POLICIES[request.param])
    if request.param != "status quo":
        shocked = economy.scenario.model_copy(
            update={
                "shock": (
                    Shock(kind="supply", size=0.2, where={"province": "11"}, until="2024Q2", **{"from": "2024Q2"}),
                )
            }
        )
        economy.schedule = type(economy.schedule)(shocked, country)
    economy.firms.log_productivity[[5, 20]] += 2.0  # some are beyond their ceiling
    w = world(reference, economy)
    pairs = []
    for _ in range(QUARTERS):
        before = economy.state()
        s = nation(reference, before, w.sectors)
        hazards = {}
        with pytest.MonkeyPatch.context() as patch:
            for module, name in ((research, "improvement_hazard"), (turnover, "exit_hazard")):
                patch.setattr(module, name, kept_result(getattr(module, name), hazards, name))
            economy.step()
        levers = {name: values.tolist() for name, values in economy.schedule.at(economy.quarter).items()}
        minutes = economy.geography.travel_time(
            economy.quarter,
            np.array(levers["transport_gain.within"]),
            np.array(levers["transport_gain.across"]),
        )
        reference.step(w, s, levers, minutes.tolist(), economy.schedule.supply_loss(economy.quarter).tolist())
        kept = SimpleNamespace(
            state=economy.state(),
            production=economy._production,
            moves=(economy.flows("labour"), economy.flows("talent")),
            investment=economy.flows("capital"),
            events=economy._events,
            levers=economy.levers,
            ids=before["firms.id"].tolist(),
            hazards=hazards,
            turnover=economy._turnover,
        )
        pairs.append((kept, s))
    return pairs


def firm_columns(s, name):
    """A column of the reference's firms in the order of ids."""
    return np.array([getattr(f, name) for f in sorted(s.firms, key=lambda f: f.id)], dtype=float)


def by_id(state, name):
    """The same of the economy's."""
    return state[f"firms.{name}"][np.argsort(state["firms.id"])]


def test_people_are_the_same_to_the_person(quarters):
    """Births, deaths, graduates, every origin's moves and the residents that result."""
    for model, s in quarters:
        assert model.events.births.tolist() == s.seen["births"]
        assert (model.events.deaths_labour + model.events.deaths_talent).tolist() == s.seen["deaths"]
        assert model.events.graduates.tolist() == s.seen["graduates"]
        assert model.moves[0].tolist() == s.seen["moves labour"]
        assert model.moves[1].tolist() == s.seen["moves talent"]
        assert model.state["labour"].tolist() == s.labour
        assert model.state["talent"].tolist() == s.talent
    assert sum(m.moves[0].sum() for m, _ in quarters) > 30
    assert sum(m.moves[1].sum() for m, _ in quarters) > 5


def test_market_clears_at_the_same_sales_and_prices(quarters):
    """A general root finder on firm-by-firm excess demand finds the same temporary equilibrium."""
    for model, s in quarters:
        c = model.production.clearing
        sells = model.production.market.sells
        np.testing.assert_allclose(model.state["sales"], s.sales, **EXACT)
        np.testing.assert_allclose(c.spending, s.seen["market"]["spending"], **EXACT)
        np.testing.assert_allclose(c.log_price_index, s.seen["market"]["log_price_index"], atol=1e-9)
        for (i, j), price in s.seen["market"]["log_price"].items():
            assert sells[i, j]
            assert c.log_price[i, j] == pytest.approx(price, abs=1e-9)
        assert sells.sum() == len(s.seen["market"]["log_price"])


def test_incomes_and_budgets_are_the_sums_over_agents(quarters):
    """Each account of each place is what firms, households and governments pay and get."""
    names = [
        "value_added", "wages_labour", "wages_talent", "talent_subsidy", "research", "surplus", "dividends_received",
        "income", "consumption", "saving", "tax", "budget", "public_spending", "investment", "final",
    ]  # fmt: skip
    for model, s in quarters:
        for name in names:
            np.testing.assert_allclose(
                getattr(model.production.accounts, name), s.seen["market"][name], err_msg=name, **EXACT
            )
        np.testing.assert_allclose(model.production.price, s.final_price, **EXACT)
        for name in ("rate", "budget_room", "real_wage"):
            np.testing.assert_allclose(model.state[name], getattr(s, name), err_msg=name, **EXACT)


def test_volumes_chain_as_fisher_by_hand(quarters):
    """Quantities of value added and both chained aggregates."""
    for model, s in quarters:
        np.testing.assert_allclose(model.production.basket.quantity.ravel(), s.quantity, **EXACT)
        assert model.state["gdp_volume"] == pytest.approx(s.gdp_volume, rel=1e-9)
        assert model.state["absorption_volume"] == pytest.approx(s.absorption_volume, rel=1e-9)


def test_capital_is_owned_as_it_was_paid_for(quarters):
    """Ownership by home and host, and what savers sent."""
    for model, s in quarters:
        np.testing.assert_allclose(model.state["ownership"], s.ownership, **EXACT)
        a = s.seen["market"]
        np.testing.assert_allclose(model.investment.sum(0), a["investment"], **EXACT)


def test_firms_have_the_same_sales_people_and_capital(quarters):
    """Column by column, firm by firm, entrants and all."""
    for model, s in quarters:
        assert by_id(model.state, "id").tolist() == sorted(f.id for f in s.firms)
        assert by_id(model.state, "age").tolist() == firm_columns(s, "age").tolist()
        n_sectors = model.state["sales"].shape[1]
        cells = firm_columns(s, "city") * n_sectors + firm_columns(s, "sector")
        assert by_id(model.state, "cell").tolist() == cells.tolist()
        for name in ("sales", "labour", "talent", "capital"):
            np.testing.assert_allclose(by_id(model.state, name), firm_columns(s, name), err_msg=name, **EXACT)


def test_firms_improve_by_the_same_steps(quarters):
    """Hazard and step of each firm's research, and the productivity of newcomers."""
    for model, s in quarters:
        np.testing.assert_allclose(by_id(model.state, "log_productivity"), firm_columns(s, "log_a"), atol=1e-9)
    assert sum(len(s.seen["gains"]) for _, s in quarters) > 10


def test_every_firm_faces_the_same_hazards(quarters):
    """The chance to improve, and to leave if it were not the largest of its cell; limits bind for some firms."""
    for model, s in quarters:
        improve = [s.seen["hazards"][i] for i in model.ids]
        np.testing.assert_allclose(model.hazards["improvement_hazard"], improve, **EXACT)
        leave = [s.seen["exit hazards"][i] for i in model.ids]
        np.testing.assert_allclose(model.hazards["exit_hazard"], leave, **EXACT)


def test_the_same_firms_leave_and_arrive(quarters):
    """Exits and entries by cell, and births ever by cell."""
    for model, s in quarters:
        assert model.turnover.exits.sum() == len(s.seen["left"])
        assert model.turnover.entries.sum() == len(s.seen["arrived"])
        assert model.state["births_by_cell"].tolist() == s.births_by_cell
    assert sum(len(s.seen["left"]) for _, s in quarters) > 5
    assert sum(len(s.seen["arrived"]) for _, s in quarters) > 5


def test_levers_reach_the_places_they_are_set_for(quarters):
    """The comparison above is of two policies: one with none, one in which subsidy rates meet their ceiling."""
    model, _ = quarters[-1]
    accounts = model.production.accounts
    treated = model.levers["talent_subsidy"] > 0
    assert (accounts.talent_subsidy > 0).tolist() == treated.tolist()
    if treated.any():
        rate = accounts.talent_subsidy / accounts.wages_talent
        assert (rate < model.levers["talent_subsidy"] - 1e-6).any()
