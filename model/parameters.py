"""Behaviour and technology: every number a run rests on, bounded, with unit and source.

`[parameters]` of a scenario and `--set parameters.group.name=value` change them.
"""

from __future__ import annotations

from nqpf.agents.firms.parameters import EntryExit, Relocation, Research
from nqpf.agents.governments.parameters import Governments
from nqpf.agents.typing import Strict, parameter
from nqpf.model.exchange.parameters import Collaboration, Data
from nqpf.model.transport.parameters import Transport


class Technology(Strict):
    """Production and what makes it more productive in some places."""

    capital_share: float = parameter(
        0.38, 0.05, 0.7, "α: exponent of capital in value added", "1", "assumed: tried on the data of 2010-2023"
    )
    data_share: float = parameter(
        0.018,
        0.0,
        0.1,
        "ζ: exponent of data in value added; its income is part of the surplus",
        "1",
        "Lin, Liu and Zhou: .011-.024",
    )
    variety_elasticity: float = parameter(
        5.0, 1.5, 20.0, "σ: elasticity of substitution between firms of a cell", "1", "literature 5-6"
    )
    love_of_variety: float = parameter(
        0.0,
        0.0,
        1.0,
        "1 − v: part of the love of variety kept; at 0 results do not depend on how many firms are simulated",
        "share",
        "assumed",
    )
    talent_agglomeration: float = parameter(
        0.08, 0.0, 0.5, "φ_H: elasticity of productivity in employed talent", "1", "skill spillovers .058-.08"
    )
    labour_agglomeration: float = parameter(
        0.02, 0.0, 0.5, "φ_L: elasticity of productivity in employed labour", "1", "skill spillovers .012-.02"
    )
    depreciation: float = parameter(
        0.0249,
        0.0,
        0.2,
        "δ: capital lost in a quarter",
        "1 / quarter",
        "9.6 % a year, as the provincial capital stocks of the start are built",
    )
    employed_labour_share: float = parameter(
        0.55, 0.05, 1.0, "Labour employed over resident labour", "share", "assumed"
    )
    employed_talent_share: float = parameter(
        0.60,
        0.05,
        1.0,
        "Talent employed over resident talent",
        "share",
        "assumed; 2010 census .608",
    )
    public_capital_elasticity: float = parameter(
        0.006, 0.0, 0.2, "φ_G: elasticity of a place's productivity in public capital", "1", "Zhou and Gong: .006"
    )
    public_investment: float = parameter(
        0.3, 0.0, 1.0, "Public spending that becomes public capital", "share", "assumed; development money all does"
    )
    public_depreciation: float = parameter(
        0.02, 0.001, 0.2, "Public capital lost in a quarter", "1 / quarter", "assumed"
    )
    digital_gain_lagging: float = parameter(
        0.11, 0.0, 1.0, "Log productivity per unit of digital intensity below the mean", "1", "Liu, Zhang and Cai: .11"
    )
    digital_gain_advanced: float = parameter(0.03, 0.0, 1.0, "The same above the mean", "1", "Liu, Zhang and Cai: .03")
    cluster_externality: float = parameter(
        0.03,
        0.0,
        0.1,
        "Elasticity of productivity in a sector's growth in its advanced manufacturing clusters",
        "1",
        "localisation .02-.05, recalled",
    )
    area_externality: float = parameter(
        0.01, 0.0, 0.1, "The same of strategic sectors in the strategic-industry areas", "1", "assumed"
    )


class Trade(Strict):
    """Frictions of trade inside the country and with the rest of the world."""

    elasticity: float = parameter(4.0, 1.0, 15.0, "θ: trade elasticity", "1", "literature: Tombe and Zhu")
    time_elasticity: float = parameter(
        0.25, 0.0, 2.0, "Elasticity of the trade cost in travel time", "1", "assumed: tried on the data of 2010-2023"
    )
    province_border: float = parameter(
        0.08,
        0.0,
        2.0,
        "Log trade cost of a provincial border at the default protection",
        "log",
        "assumed: tried on the data of 2010-2023",
    )
    place_border: float = parameter(
        0.60,
        0.0,
        3.0,
        "Log trade cost of leaving a place at the default protection",
        "log",
        "assumed: tried on the data of 2010-2023; own-trade share .62 observed",
    )
    protected_share: float = parameter(
        0.1,
        0.0,
        1.0,
        "Part of the place border that protection makes; all of the provincial border",
        "share",
        "assumed",
    )
    services_province_factor: float = parameter(
        1.5,
        0.5,
        5.0,
        "Provincial border of services over that of goods",
        "ratio",
        "assumed: tried on the data of 2010-2023",
    )
    services_place_factor: float = parameter(
        1.3, 0.5, 5.0, "Place border of services over that of goods", "ratio", "assumed: tried on the data of 2010-2023"
    )
    foreign_cost: float = parameter(
        2.55,
        1.0,
        20.0,
        "Cost factor of foreign trade of goods at a seaport",
        "ratio",
        "assumed: tried on the data of 2010-2023, exports / GDP near .22",
    )
    services_foreign_factor: float = parameter(
        1.4,
        1.0,
        10.0,
        "Foreign cost of services over that of goods",
        "ratio",
        "assumed: tried on the data of 2010-2023",
    )
    foreign_size: float = parameter(
        8.0,
        0.5,
        50.0,
        "Final demand of the rest of the world over China's",
        "ratio",
        "assumed: tried on the data of 2010-2023",
    )
    foreign_growth: float = parameter(
        0.0045,
        0.0,
        0.03,
        "Growth of the rest of the world's technology",
        "log / quarter",
        "assumed",
    )
    land_gate_cost: float = parameter(
        0.15, 0.0, 2.0, "Log foreign cost of a land gate over a seaport's", "log", "assumed: rail against sea"
    )
    zone_depth: float = parameter(
        0.05, 0.0, 1.0, "Log foreign cost that an open free-trade zone saves its place", "log", "assumed"
    )
    digital_gain: float = parameter(
        0.03,
        0.0,
        0.5,
        "Fall of log trade cost per unit of digital intensity gained",
        "1",
        "Liu, Zhang and Cai: −3.19 %",
    )


class Income(Strict):
    """Who gets what, and what they do with it."""

    saving: float = parameter(
        0.46,
        0.0,
        0.9,
        "Households' saving over income",
        "share",
        "assumed: tried on the data of 2010-2023, with host wedges",
    )
    retention: float = parameter(
        0.20,
        0.0,
        0.95,
        "Net surplus kept by firms and reinvested where earned",
        "share",
        "assumed: tried on the data of 2010-2023, with host wedges",
    )
    tax: float = parameter(
        0.20,
        0.01,
        0.6,
        "Tax over value added",
        "share",
        "assumed: tried on the data of 2010-2023; national tax over GDP",
    )
    central_share: float = parameter(
        0.5, 0.0, 1.0, "Tax that goes to the centre", "share", "1994 tax sharing, about half"
    )
    city_population_weight: float = parameter(
        0.5,
        0.0,
        1.0,
        "Part of a province's budget spread over its cities by residents; the rest by tax",
        "share",
        "assumed: tried on the data of 2010-2023",
    )
    development_share: float = parameter(
        0.1, 0.0, 0.9, "Part of the centre's money, mission apart, that is spent on development", "share", "assumed"
    )


class Capital(Strict):
    """Where savings go."""

    elasticity: float = parameter(
        1.5,
        0.0,
        10.0,
        "κ_I: elasticity of destination shares in the return",
        "1",
        "Zhao et al. 2025: 1.5, 277 cities",
    )
    distance: float = parameter(
        0.15,
        0.0,
        2.0,
        "Elasticity of investment's friction in 1 + distance / 500 km",
        "1",
        "assumed: tried on the data of 2010-2023",
    )
    province_border: float = parameter(
        0.25,
        0.0,
        3.0,
        "Log friction of a provincial border",
        "log",
        "Zhao et al. 2025: borders matter and grow; .25-.5",
    )
    home_bias: float = parameter(
        0.9, 0.0, 5.0, "Log friction of leaving one's own city", "log", "assumed: tried on the data of 2010-2023"
    )
    collateral: float = parameter(
        0.25,
        0.0,
        1.0,
        "Weight of capital, against value added with subsidy, in firms' access to finance",
        "share",
        "assumed",
    )


class Migration(Strict):
    """Who considers moving, and where to."""

    taste: float = parameter(
        1.5,
        0.1,
        6.0,
        "κ_m: elasticity of moves in the value of a place",
        "1",
        "Tombe and Zhu 2019: 1.19-1.61",
    )
    considering: float = parameter(
        0.043, 0.001, 1.0, "People who consider moving in a year", "1 / year", "assumed: tried on the data of 2010-2023"
    )
    considering_labour: float = parameter(
        0.95, 0.01, 5.0, "Labour's rate over the common one", "ratio", "assumed: tried on the data of 2010-2023"
    )
    considering_talent: float = parameter(
        1.6, 0.01, 5.0, "Talent's rate over the common one", "ratio", "assumed: tried on the data of 2010-2023"
    )
    realised: float = parameter(
        0.6,
        0.01,
        0.99,
        "Considerers who move at the start; sets the scale of the moving cost",
        "share",
        "moves near 2.6 % a year",
    )
    distance_elasticity: float = parameter(
        0.97,
        0.0,
        4.0,
        "Elasticity of the moving cost in distance; κ_m times it is the gravity elasticity",
        "1",
        "Tombe and Zhu 2019: −1.39 to −1.51",
    )
    distance_floor: float = parameter(
        20.0, 1.0, 500.0, "Distance below which cost does not fall", "km", "assumed: tried on the data of 2010-2023"
    )
    province_border: float = parameter(
        0.6, 0.0, 5.0, "Log moving cost of a provincial border", "log", "assumed: tried on the data of 2010-2023"
    )
    barrier_municipality: float = parameter(
        1.24,
        1.0,
        5.0,
        "Registration barrier of municipalities",
        "ratio",
        "Ma and Tang: Shanghai 1.24, Beijing 1.08",
    )
    barrier_large: float = parameter(
        1.15,
        1.0,
        5.0,
        "Registration barrier of sub-provincial cities",
        "ratio",
        "Ma and Tang: Guangzhou 1.13",
    )
    barrier_labour_power: float = parameter(
        2.0, 0.0, 5.0, "Power of the barrier that labour meets", "1", "assumed: tried on the data of 2010-2023"
    )
    barrier_talent_power: float = parameter(
        0.5, 0.0, 5.0, "Power of the barrier that talent meets", "1", "assumed: tried on the data of 2010-2023"
    )
    rent_share: float = parameter(
        0.13,
        0.0,
        0.9,
        "Rent in households' spending; a price of congestion, not a flow",
        "share",
        "assumed: tried on the data of 2010-2023",
    )
    congestion: float = parameter(0.1, 0.0, 1.0, "Fall of amenity in residents", "1", "Li, Ma and Tang: −0.1")
    land_tilt_scale: float = parameter(
        0.3, 0.0, 0.9, "Land of the hinterland gained or lost at a full tilt of the quota", "share", "assumed"
    )


class Demography(Strict):
    """Births, deaths and schooling, when demography is `census`."""

    schooling: float = parameter(
        0.0019,
        0.0,
        0.02,
        "Labour that graduates in a quarter, times labour's share of residents",
        "1 / quarter",
        "assumed: tried on the data of 2010-2023, college share 2010-2020",
    )
    university_weight: float = parameter(
        0.5,
        0.0,
        1.0,
        "Part of the nation's graduates allocated by universities; the rest by labour",
        "share",
        "assumed",
    )


class Parameters(Strict):
    """All of them, by group."""

    technology: Technology = Technology()
    transport: Transport = Transport()
    trade: Trade = Trade()
    income: Income = Income()
    capital: Capital = Capital()
    migration: Migration = Migration()
    demography: Demography = Demography()
    data: Data = Data()
    collaboration: Collaboration = Collaboration()
    research: Research = Research()
    firms: EntryExit = EntryExit()
    relocation: Relocation = Relocation()
    governments: Governments = Governments()
