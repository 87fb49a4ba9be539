"""What is changed in one place decides nothing elsewhere: the outcomes that follow from common random numbers."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.agents.firms.entry_exit import entry_pull
from nqpf.model.draws import Draws
from nqpf.model.economy import RegionalEconomy
from nqpf.model.initial.firms import starting_firms
from nqpf.model.people import SKILLS
from nqpf.model.processes import breakthroughs, research, turnover
from nqpf.model.processes.population import moves, vital_events
from nqpf.model.rules import PolicyRule
from nqpf.model.scenario import Scenario

PLACE = 3
"""Where something is changed."""
QUARTERS = 3


@pytest.fixture(scope="module")
def world(economies, country, lively):
    """An economy of the small country after a few quarters, with what its next quarter's decisions start from."""
    economy = economies.small_economy(country, parameters=lively, firms=600)
    economy.run_for(QUARTERS)
    lab = economy._laboratory()
    ceiling = economy.now.tracks.ceiling[economy.firms.track] + lab.frontier[economy.firms.cell // economy.n_sectors]
    structure = economy.fundamentals.structure
    near = economy.now.knowledge @ structure.similarity
    spillover = research.relative_spillover(lab.by_cell, lab.access, structure.similarity)
    return SimpleNamespace(
        economy=economy, lab=lab, ceiling=ceiling, spillover=spillover, near_knowledge=near, quarter=economy.quarter + 1
    )


def by_place(values) -> dict:
    """Outcome by entity and its place, of an array over places."""
    return {(row, row): value for row, value in enumerate(np.asarray(values).tolist())}


def by_firm(world, values, rows=None) -> dict:
    """The same of firms: all, or those of some rows."""
    firms = world.economy.firms
    rows = np.arange(len(firms)) if rows is None else rows
    place = firms.cell[rows] // world.economy.n_sectors
    return dict(
        zip(zip(firms.id[rows].tolist(), place.tolist(), strict=True), np.asarray(values).tolist(), strict=True)
    )


def raised(values, factor=3.0):
    """The same array with the place's row larger."""
    values = np.array(values, dtype=float)
    values[PLACE] *= factor
    return values


def vital(world, field, rate):
    """Persons by place at census rates, and with another rate in one place."""
    e = world.economy
    for facts in (
        e.facts,
        replace(e.facts, start=replace(e.facts.start, **{rate: raised(getattr(e.facts.start, rate))})),
    ):
        events = vital_events(facts, e.parameters, e.draws, world.quarter, 500 * e.now.labour, 500 * e.now.talent)
        yield by_place(getattr(events, field))


def graduates(world):
    """Graduates where more of those who might be one have died first."""
    e = world.economy
    deadly = e.facts.start.death_rate.copy()
    deadly[PLACE] = 3.999  # a year's rate: next to nobody is left
    start = replace(e.facts.start, death_rate=deadly)
    for facts in (e.facts, replace(e.facts, start=start)):
        events = vital_events(facts, e.parameters, e.draws, world.quarter, 500 * e.now.labour, 500 * e.now.talent)
        yield by_place(events.graduates)


def movers(world, skill, *, leave):
    """Moves by origin, with more people there, or with an easier way out."""
    e = world.economy
    i = SKILLS.index(skill)
    eases = e._layers.moving
    value = e.now.real_wage * e.fundamentals.amenity
    for change in (False, True):
        people = [e.now.labour.copy(), e.now.talent.copy()]
        ease = [matrix.copy() for matrix in eases]
        if change and leave:
            ease[i][PLACE] *= 3
            ease[i][PLACE, PLACE] = 1.0
        elif change:
            people[i][PLACE] *= 3
        flow = moves(
            e.draws, world.quarter, tuple(people), (0.5, 0.5), tuple(ease), value, e.parameters.migration.taste
        )
        yield by_place(flow[i])


def improvements(world, *, step):
    """Who improves with more knowledge around, or by how much under another ceiling."""
    e = world.economy
    here = e.firms.cell // e.n_sectors == PLACE
    for change in (False, True):
        spillover = raised(world.spillover) if change and not step else world.spillover
        ceiling = world.ceiling - 0.3 * (here & change & step)
        gain, improves = research.improve(
            e.parameters.research, world.lab, e.firms, ceiling, spillover, e.draws, world.quarter
        )
        yield by_firm(world, gain) if step else by_firm(world, np.isin(np.arange(len(gain)), improves))


def labs(world, *, lower=1.0, own=1.0):
    """What research starts from, and the same with one place's reach cut."""
    near = world.lab.near.copy()
    near[PLACE] = near[PLACE] ** 6 * lower
    near[PLACE, PLACE] = own
    return world.lab, replace(world.lab, near=near)


def imitations(world):
    """Gains by imitation, where one place sees less of others."""
    e = world.economy
    for lab in labs(world, lower=1e-9):
        gain = research.imitate(e.parameters.research, lab, e.firms, world.ceiling, e.draws, world.quarter)
        yield by_firm(world, gain)


def adoptions(world):
    """Tracks after adoption, where one place sees less of others."""
    e = world.economy
    for lab in labs(world):
        firms = copy.deepcopy(e.firms)
        taken = research.adopt(
            e.parameters.research,
            firms,
            e.now.tracks,
            lab.near,
            e.now.basket.value,
            e.fundamentals.reach,
            e.draws,
            world.quarter,
        )
        yield by_firm(world, taken)


def consortia(world, lab, mission):
    """Attempts of a quarter."""
    e = world.economy
    found, _ = breakthroughs.attempt(
        e.parameters.research,
        e.fundamentals.structure,
        copy.deepcopy(e.firms),
        copy.deepcopy(e.now.tracks),
        lab,
        e.now.knowledge,
        e.now.basket.value,
        mission,
        e.fundamentals.structure.cluster_cells(world.quarter),
        e.fundamentals.technology.local,
        e.draws,
        world.quarter,
    )
    return found


def attempts(world):
    """Who tries, where one place has money for it."""
    mission = np.zeros(len(world.economy.facts.places))
    for change in (False, True):
        mission[PLACE] = 1e5 * change
        found = consortia(world, world.lab, mission)
        yield dict.fromkeys(zip(found.firm.tolist(), found.city.tolist(), strict=True), True)


def successes(world):
    """Who succeeds, where one place finds worse partners, even at home."""
    nothing = np.zeros(len(world.economy.facts.places))
    for lab in labs(world, lower=1e-3, own=1e-3):
        found = consortia(world, lab, nothing)
        yield dict(
            zip(zip(found.firm.tolist(), found.city.tolist(), strict=True), found.succeeded.tolist(), strict=True)
        )


def projects(world, *, partner):
    """Joint projects by place, where fewer of its firms improve, or where partners are farther."""
    e = world.economy
    improves = np.arange(len(e.firms))
    elsewhere = improves[e.firms.cell // e.n_sectors != PLACE]
    settings = (
        zip((improves, improves), labs(world), strict=True)
        if partner
        else ((improves, world.lab), (elsewhere, world.lab))
    )
    for rows, lab in settings:
        yield by_place(
            breakthroughs.collaborations(
                0.5, e.firms, rows, lab, world.near_knowledge, breakthroughs.Consortia.none(), e.draws, world.quarter
            )
        )


def turned_over(world, *, poorer=False, subsidy=0.0, young=False):
    """Firms and what happened to them in a quarter, with something changed in the place."""
    e = world.economy
    firms = copy.deepcopy(e.firms)
    here = firms.cell // e.n_sectors == PLACE
    firms.performance = firms.performance - 2.0 * (here & poorer)
    firms.age = np.where(here & young, 1, firms.age)
    sites = e._sites()
    at_place = np.arange(len(sites.subsidy))[:, None] == PLACE
    sites = replace(sites, subsidy=sites.subsidy + subsidy * at_place)
    before = copy.deepcopy(firms)
    happened = turnover.turn_over(
        e.parameters.firms,
        e.parameters.relocation,
        firms,
        e.now.births_by_cell.copy(),
        sites,
        e.fundamentals.firms_wanted,
        e.draws,
        world.quarter,
    )
    return before, firms, happened


def exits(world):
    """Who stays, where firms of one place have done badly."""
    for poorer in (False, True):
        before, after, _ = turned_over(world, poorer=poorer)
        yield by_firm(world, np.isin(before.id, after.id))


def entries(world):
    """Entrants by place and sector, with more pull of one place, and as many more expected in all."""
    e, sites = world.economy, world.economy._sites()
    base = None
    for more in (1.0, 3.0):
        at = replace(sites, finance=np.where(np.arange(len(sites.finance)) == PLACE, more, 1.0))
        near = np.where(at.local, 1.0, at.relatedness)
        pull = entry_pull(e.parameters.firms, at.value_added, near, at.relative_return, at.finance, at.subsidy).sum()
        base = base or pull
        found = turnover._entries(e.parameters.firms, at, 400.0 * pull / base, e.draws, world.quarter)
        yield by_place(found.reshape(at.value_added.shape))


def entrants(world):
    """Productivity of newcomers, with more of them in one place."""
    e = world.economy
    cells = np.arange(e.now.births_by_cell.size)
    largest = turnover._largest_of_cell(e.firms, len(cells))
    for change in (False, True):
        born = np.repeat(cells, np.where(change & (cells // e.n_sectors == PLACE), 3, 1))
        columns = turnover._entrants(
            e.parameters.firms, e.firms, born, e.now.births_by_cell, largest, e.draws, world.quarter
        )
        place = (columns["cell"] // e.n_sectors).tolist()
        found = dict(
            zip(zip(columns["id"].tolist(), place, strict=True), columns["log_productivity"].tolist(), strict=True)
        )
        yield found


def relocations(world, change):
    """Where firms go: all that stand nowhere near the place, and look at no site in it."""
    e = world.economy
    rows = np.arange(len(e.firms))
    sites = e._sites()
    for changed in (False, True):
        may_move = ~sites.local[e.firms.cell % e.n_sectors]
        if changed and change == "may move":
            may_move = may_move & (e.firms.cell // e.n_sectors != PLACE)
        here = np.arange(len(sites.subsidy))[:, None] == PLACE
        at = replace(sites, subsidy=sites.subsidy + 5.0 * (here & changed)) if change == "subsidy" else sites
        moving, to = turnover._moves(e.parameters.relocation, e.firms, may_move, at, e.draws, world.quarter)
        target = np.full(len(rows), -1)
        target[moving] = to
        concerned = e.firms.cell // e.n_sectors == PLACE
        if change == "subsidy":
            concerned |= _looks_at(world, sites)
        place = np.where(concerned, PLACE, -1)
        yield dict(zip(zip(e.firms.id.tolist(), place.tolist(), strict=True), target.tolist(), strict=True))


def _looks_at(world, sites):
    """Firms with the place among their sites, by the draws of `site`."""
    e = world.economy
    odds = np.cumsum(sites.value_added, axis=0)
    odds = (odds / odds[-1]).T[e.firms.cell % e.n_sectors]
    ids = e.firms.id[:, None] * turnover.SITES + np.arange(turnover.SITES)
    u = e.draws.uniform("site", world.quarter, ids)
    return ((odds[:, None, :] <= u[:, :, None]).sum(2) == PLACE).any(1)


def starts(world, column):
    """Firms at the start, with more of them in one place."""
    e = world.economy
    value = e.now.basket.value
    number = np.full(value.shape, 3)
    for change in (False, True):
        number[PLACE] = 5 if change else 3
        found = starting_firms(
            e.parameters,
            e.fundamentals.technology,
            number,
            value,
            value.sum(1),
            np.ones_like(value),
            Draws(e.scenario.seed),
            world.quarter,
        )
        place = (found.cell // e.n_sectors).tolist()
        yield dict(zip(zip(found.id.tolist(), place, strict=True), getattr(found, column).tolist(), strict=True))


OUTCOMES = {
    "size": lambda w: starts(w, "capital"),
    "age": lambda w: starts(w, "age"),
    "birth": lambda w: vital(w, "births", "birth_rate"),
    "death labour": lambda w: vital(w, "deaths_labour", "death_rate"),
    "death talent": lambda w: vital(w, "deaths_talent", "death_rate"),
    "graduate": graduates,
    "consider labour": lambda w: movers(w, "labour", leave=False),
    "consider talent": lambda w: movers(w, "talent", leave=False),
    "move labour": lambda w: movers(w, "labour", leave=True),
    "move talent": lambda w: movers(w, "talent", leave=True),
    "entry": entries,
    "improve": lambda w: improvements(w, step=False),
    "step": lambda w: improvements(w, step=True),
    "imitate": imitations,
    "adopt": adoptions,
    "attempt": attempts,
    "breakthrough": successes,
    "collaborate": lambda w: projects(w, partner=False),
    "partner": lambda w: projects(w, partner=True),
    "exit": exits,
    "entrant": entrants,
    "consider relocation": lambda w: relocations(w, "may move"),
    "site": lambda w: relocations(w, "subsidy"),
    "relocate": lambda w: relocations(w, "subsidy"),
}
"""Decision → outcomes by (entity, its place), before and after something of one place was changed."""


def test_every_decision_has_its_outcome(decisions):
    """No decision that the code draws for is left out of this file."""
    assert set(OUTCOMES) == decisions


@pytest.mark.parametrize("decision", OUTCOMES)
def test_a_rate_of_one_place_decides_nothing_elsewhere(world, decision):
    """Outcomes in the place differ, those of everybody else are the same to the last bit."""
    before, after = OUTCOMES[decision](world)
    for outcomes, other in ((before, after), (after, before)):
        elsewhere = {entity: value for entity, value in outcomes.items() if entity[1] != PLACE}
        assert elsewhere
        assert elsewhere == {entity: other.get(entity) for entity in elsewhere}
    assert before != after


def test_a_policy_elsewhere_moves_few_people():
    """Under a subsidy in one province nobody elsewhere is born or dies differently, and few move differently."""

    def after_a_quarter(seed, policy=()):
        plain = Scenario.load("china", seed=seed, firms=2_000)
        economy = RegionalEconomy(plain.model_copy(update={"policy": policy}))
        economy.step()
        return economy

    rule = PolicyRule(lever="talent_subsidy", value=0.3, where={"province": ("43",)})
    plain, treated, redrawn = after_a_quarter(5), after_a_quarter(5, (rule,)), after_a_quarter(6)
    member = plain.facts.regions.member[plain.facts.regions.index("43")]
    for name in ("births", "deaths", "graduates"):
        np.testing.assert_array_equal(plain.city_measures()[name], treated.city_measures()[name])
    moved, other = plain.flows("talent"), treated.flows("talent")
    assert other[:, member].sum() > moved[:, member].sum()
    elsewhere = np.ix_(~member, ~member)
    paired = np.abs(moved[elsewhere] - other[elsewhere]).sum()
    independent = np.abs(moved[elsewhere] - redrawn.flows("talent")[elsewhere]).sum()
    assert paired < 0.1 * independent, (paired, independent)
