"""Measures of a quarter from the economy's arrays; names, units and meanings are declared in `measures`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model import growth, measures
from nqpf.model.industries import comparative_advantage, manufacturing
from nqpf.model.inequality import deviation, gini, herfindahl, theil, theil_by_group, top_share
from nqpf.model.nqpf_index import index_values, indicator_values

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Facts
    from nqpf.model.frictions import Layers
    from nqpf.model.growth import Sources
    from nqpf.model.markets.incomes import Distribution
    from nqpf.model.nqpf_index import Constants
    from nqpf.model.parameters import Technology
    from nqpf.model.processes.breakthroughs import Consortia
    from nqpf.model.processes.population import VitalEvents
    from nqpf.model.processes.production import Production
    from nqpf.model.processes.turnover import Turnover
    from nqpf.model.state import Fundamentals, State

_LARGEST, _LEADERS = 10, 3  # places, provinces


@dataclass(frozen=True, slots=True)
class Quarter:
    """All that happened in a quarter, as the observer sees it."""

    facts: Facts
    fundamentals: Fundamentals
    state: State
    production: Production
    distribution: Distribution
    layers: Layers
    compute: Floats  # over need, (n_places,)
    at_work: tuple[Floats, Floats]
    events: VitalEvents
    moves: tuple[Ints, Ints]  # labour, talent: (origin, destination)
    investment: Floats  # (home, host), CNY million
    rent_share: float  # of households' spending
    frontier: float  # growth of all ceilings since the start, log
    pool_weight: float  # μ, of the data pool in production
    projects: Ints  # joint projects, (place, partner's place)
    consortia: Consortia
    turnover: Turnover
    before: Sources  # of the quarter before
    production_function: Technology

    @property
    def data_payments(self) -> Floats:
        """Payments for data by whose they are and who uses them, (provider, user), CNY million."""
        a = self.production.accounts
        return ((a.data_paid - a.exchange_cost)[:, None] * self.distribution.data.providers).T


def city_measures(places: dict[str, Floats], constants: Constants) -> dict[str, Floats]:
    """Measures by place, (n_places,) each, in the order of `measures.CITY`: those without the index, and the index."""
    return places | index_values(places, constants)


def place_measures(q: Quarter) -> dict[str, Floats]:
    """Measures by place but the index, (n_places,) each, in the order of `measures.CITY`."""
    s, a, c = q.state, q.production.accounts, q.production.clearing
    n, n_sectors = q.production.basket.value.shape
    sectors, value = q.facts.sectors, q.production.basket.value
    alpha = 1 - q.fundamentals.technology.labour_exponent
    population = s.labour + s.talent
    gdp = a.value_added * (s.gdp_volume / a.value_added.sum())
    employment = q.at_work[0] + q.at_work[1]
    moved = q.moves[0] + q.moves[1]
    city = s.firms.cell // n_sectors
    stock = np.bincount(city, s.firms.capital, n)
    trade = q.production.market.trade
    bought, own = c.spending[:n], np.diag(trade.goods)[:n, None] * np.ones(n_sectors)
    own[:, trade.is_services] = np.diag(trade.services)[:n, None]
    own[:, trade.is_local] = 1.0
    from_own = np.where(trade.is_local, bought, own * c.weights[:n] / c.competition[:n] * bought)
    values = {
        "population": population,
        "labour": s.labour,
        "talent": s.talent,
        "employed_labour": q.at_work[0],
        "employed_talent": q.at_work[1],
        "employment": employment,
        "births": q.events.births,
        "deaths": q.events.deaths_labour + q.events.deaths_talent,
        "graduates": q.events.graduates,
        "arrivals": moved.sum(0),
        "departures": moved.sum(1),
        "gdp": gdp,
        "value_added": a.value_added,
        "gdp_per_head": 4 * gdp / population,
        "wage_labour": c.wage_labour[:n],
        "wage_talent": c.wage_talent[:n],
        "income": a.income,
        "consumption": a.consumption,
        "investment": a.investment,
        "public_spending": a.public_spending,
        "tax": a.tax,
        "talent_subsidy": a.talent_subsidy,
        "industry_subsidy": a.industry_subsidy,
        "guidance_fund": a.fund,
        "mission": a.mission,
        "data_paid": a.data_paid,
        "data_received": a.data_received,
        "rd": a.research,
        "absorption": a.final,
        "price_level": q.production.price / q.fundamentals.base_price,
        "capital": stock * q.fundamentals.base_price,
        "capital_return": s.rate,
        "output_per_worker": 4 * gdp / employment,
        "firms": np.bincount(city, minlength=n),
        "entries": q.turnover.entries.reshape(n, -1).sum(1),
        "exits": q.turnover.exits.reshape(n, -1).sum(1),
        "moved_in": np.bincount(q.turnover.moved_to // n_sectors, minlength=n),
        "moved_out": np.bincount(q.turnover.moved_from // n_sectors, minlength=n),
        "own_trade_share": from_own.sum(1) / bought.sum(1),
        "tfp": gdp / ((stock * q.fundamentals.base_price) ** alpha * employment ** (1 - alpha)),
        "public_capital": s.public_capital * q.fundamentals.base_price,
        "data": np.bincount(city, s.firms.data, n),
        "compute": q.compute,
        "digital": q.layers.digital,
        "digital_value_added": value @ np.minimum(sectors.digital, 1.0),
        "strategic_value_added": value[:, sectors.strategic].sum(1),
        "targeted_value_added": np.where(s.targets, value, 0.0).sum(1),
        "rent": q.rent_share * a.consumption / q.layers.land,
        "input_exposure": input_exposure(q),
        "breakthroughs": np.bincount(q.consortia.city[q.consortia.succeeded], minlength=n),
        "attempts": np.bincount(q.consortia.city, minlength=n),
        "collaborations": q.projects.sum(1),
        "new_track_firms": np.bincount(city[s.firms.track >= n_sectors], minlength=n),
        "exports": exports(q).sum(1),
    }
    values |= indicator_values(q, values)
    return {m.name: values[m.name] for m in measures.CITY if m not in measures.INDEX}


def aggregate(values: dict[str, Floats], member: Bools) -> dict[str, Floats]:
    """City measures put together for regions, (n_regions,) each: sums, or means by the measure's weight.

    member (n_regions, n_places).
    """
    rows = [values[m.name] if m.weight is None else values[m.name] * values[m.weight] for m in measures.CITY]
    sums = dict(zip((m.name for m in measures.CITY), np.stack(rows) @ member.T.astype(np.float64), strict=True))
    return {m.name: _together(m, sums) for m in measures.CITY}


def _together(m: measures.Measure, sums: dict[str, Floats]) -> Floats:
    """A sum, in whole numbers if it counts (a float holds them up to 2⁵³), or a mean by what adds up itself."""
    if m.weight is not None:
        return sums[m.name] / sums[m.weight]
    return sums[m.name].astype(np.int64) if m.whole else sums[m.name]


def sector_measures(q: Quarter) -> dict[str, Floats | Ints]:
    """Measures by place and sector, (n_places, n_sectors) each, in the order of `measures.SECTOR`."""
    value = q.production.basket.value
    n, n_sectors = value.shape
    t, c = q.fundamentals.technology, q.production.clearing
    sales = c.sales[:n]
    cells = n * n_sectors
    return {
        "output": sales,
        "value_added": value,
        "employment": sales * t.labour_wage_share / c.wage_labour[:n, None]
        + sales * t.talent_wage_share / c.wage_talent[:n, None],
        "firms": np.bincount(q.state.firms.cell, minlength=cells).reshape(n, n_sectors),
        "rca": comparative_advantage(value),
        "targeted": q.state.targets.astype(np.int64),
        "knowledge": q.state.knowledge,
        "exports": exports(q),
    }


def growth_measures(q: Quarter) -> dict[str, Floats]:
    """Growth since the quarter before by mechanism, (n_places,) each, in the order of `measures.GROWTH`."""
    values = growth.contributions(q.before, q.state.sources, q.fundamentals.technology, q.production_function)
    return {m.name: values[m.name] for m in measures.GROWTH}


def track_measures(q: Quarter) -> dict[str, Floats | Ints]:
    """How far each technology track has spread, (n_tracks,) each, in the order of `measures.TRACK`."""
    firms, tracks, n_sectors = q.state.firms, q.state.tracks, len(q.facts.sectors)
    n_tracks, n = len(tracks), len(q.facts.places)
    city = firms.cell // n_sectors
    on = np.bincount(firms.track * n + city, minlength=n_tracks * n).reshape(n_tracks, n)
    sales = np.bincount(firms.track, firms.sales, n_tracks)
    of_sector = np.bincount(tracks.sector, sales, n_sectors)[tracks.sector]
    in_province = np.stack([on[:, q.facts.places.province == p].sum(1) for p in range(len(q.facts.provinces))], axis=1)
    return {
        "ceiling": tracks.ceiling + q.frontier,
        "firms": on.sum(1),
        "places": (on > 0).sum(1),
        "provinces": (in_province > 0).sum(1),
        "sales_share": np.divide(sales, of_sector, out=np.zeros(n_tracks), where=of_sector > 0),
    }


def goods_flows(q: Quarter) -> Floats:
    """Value sold from place to place over all sectors, (origin, destination), CNY million."""
    c = q.production.clearing
    flows = q.production.market.trade.flows(c.weights, c.spending, c.competition)
    return flows[:-1, :-1]


def exports(q: Quarter) -> Floats:
    """Sales to the rest of the world, (n_places, n_sectors), CNY million."""
    c, trade = q.production.clearing, q.production.market.trade
    sold = np.zeros_like(q.production.basket.value)
    for kernel, kind in ((trade.goods, trade.is_goods), (trade.services, trade.is_services)):
        demand = c.spending[-1, kind] / c.competition[-1, kind]
        sold[:, kind] = kernel[:-1, -1:] * c.weights[:-1, kind] * demand
    return sold


def nation_measures(q: Quarter, city: dict[str, Floats], threshold: float) -> dict[str, float]:
    """Measures of the nation: the cities' put together, and those only a nation has; threshold is that of the reach."""
    everywhere = np.ones((1, len(city["gdp"])), bool)
    totals = {name: float(v[0]) for name, v in aggregate(city, everywhere).items()}
    province = q.facts.places.province
    across = province[:, None] != province
    goods = goods_flows(q)
    value = q.production.basket.value
    gdp, people, rd = (np.bincount(province, city[name]) for name in ("gdp", "population", "rd"))
    _, group = np.unique(np.array(q.facts.provinces.macro_region), return_inverse=True)
    total, within, between = theil_by_group(gdp, people, group)
    moved = q.moves[0] + q.moves[1]
    s = q.state
    values = {
        "absorption_volume": q.state.absorption_volume,
        "theil_gdp_per_head": total,
        "theil_between": between / total if total > 0 else 0.0,
        "theil_within": within,
        "sigma_gdp_per_head": deviation(np.log(gdp / people)),
        "tfp_dispersion": deviation(np.log(city["tfp"]), city["gdp"]),
        "gini_gdp": gini(city["gdp"]),
        "gdp_herfindahl": herfindahl(city["gdp"]),
        "top10_gdp_share": top_share(city["gdp"], _LARGEST),
        "top10_population_share": top_share(city["population"], _LARGEST),
        "sd_log_return": float(np.log(city["capital_return"]).std()),
        "sd_log_cell_return": _cell_return_dispersion(q),
        "theil_public_capital": theil(np.bincount(province, city["public_capital"]), people),
        "rent_gap": _rent_gap(q, city),
        "structural_similarity": structural_similarity(value, province),
        "targeted_share": totals["targeted_value_added"] / totals["value_added"],
        "manufacturing_share": float(value[:, manufacturing(q.facts.sectors)].sum() / value.sum()),
        "rd_top3_share": top_share(rd, _LEADERS),
        "turnover_rate": (totals["entries"] + totals["exits"]) / totals["firms"],
        "cross_province_consortia": float(q.consortia.across(province).sum()),
        "cross_province_collaboration": float(q.projects[across].sum() / max(q.projects.sum(), 1)),
        "tracks": float((s.tracks.origin >= 0).sum()),
        "cross_province_investment": float(q.investment[across].sum() / q.investment.sum()),
        "cross_province_trade": float(goods[across].sum() / goods.sum()),
        "inter_provincial_moves": float(moved[across].sum()),
        "solver_iterations": float(q.production.clearing.iterations),
        **_nqpf_of_nation(city, group[province], threshold),
    }
    return totals | {m.name: values[m.name] for m in measures.NATION}


def _nqpf_of_nation(city: dict[str, Floats], macro_region: Ints, threshold: float) -> dict[str, float]:
    """How the index is spread over residents, by the names of `measures.NATION`; macro_region by place."""
    people, index = city["population"], np.maximum(city["nqpf"], 0.0)
    total, _, between = theil_by_group(index * people, people, macro_region)
    return {
        "nqpf_gini": gini(index, people),
        "nqpf_theil": total,
        "nqpf_theil_between_share": between / total if total > 0 else 0.0,
        "nqpf_reach": float(people[city["nqpf"] >= threshold].sum() / people.sum()),
    }


def input_exposure(q: Quarter) -> Floats:
    """Share of firms' inputs bought outside their province, (n_places,)."""
    c, t = q.production.clearing, q.fundamentals.technology
    trade, province = q.production.market.trade, q.facts.places.province
    n = len(province)
    inputs = c.sales[:n] @ t.input_requirements.T
    same = province[:, None] == province
    inside = np.ones_like(inputs)
    for kernel, kind in ((trade.goods, trade.is_goods), (trade.services, trade.is_services)):
        near = np.where(same, kernel[:n, :n], 0.0)
        inside[:, kind] = near.T @ c.weights[:n, kind] / c.competition[:n, kind]
    return np.asarray(1 - (inputs * inside).sum(1) / inputs.sum(1))


def structural_similarity(value_added: Floats, province: Ints) -> float:
    """Mean overlap of sector shares over pairs of places of one province; 1 if no province has two."""
    share = value_added / value_added.sum(1, keepdims=True)
    overlaps: list[Floats] = []
    for p in np.unique(province):
        rows = share[province == p]
        upper = np.triu_indices(len(rows), 1)
        overlaps.append(1 - np.abs(rows[:, None] - rows).sum(2)[upper] / 2)
    together = np.concatenate(overlaps)
    return float(together.mean()) if len(together) else 1.0


def _cell_return_dispersion(q: Quarter) -> float:
    """Standard deviation of ln(value added / capital) over cells, weighted by capital."""
    value = q.production.basket.value
    capital = np.bincount(q.state.firms.cell, q.state.firms.capital, value.size)
    some = (capital > 0) & (value.ravel() > 0)
    log_return, weight = np.log(value.ravel()[some] / capital[some]), capital[some] / capital[some].sum()
    mean = weight @ log_return
    return float(np.sqrt(weight @ (log_return - mean) ** 2))


def _rent_gap(q: Quarter, city: dict[str, Floats]) -> float:
    """Log of mean rent outside the hinterland over that inside, weighted by residents; 0 if either has nobody."""
    inside = q.fundamentals.structure.hinterland
    if inside.all() or not inside.any():
        return 0.0
    outer, inner = (np.average(city["rent"][where], weights=city["population"][where]) for where in (~inside, inside))
    return float(np.log(outer / inner))
