"""What no quarter changes: the tables, the parameters and the start's inverted fundamentals, as plain lists."""

from __future__ import annotations

import math
from dataclasses import dataclass

TARGETING = ("none", "related", "complex", "copycat")
SCOPES = ("city", "province", "cluster", "nation")
POLES = ("municipality", "sub_provincial_capital", "sub_provincial")


@dataclass
class Tables:
    """Lists run over places or sectors in table order; `p` holds the parameters by group."""

    p: object
    seed: int
    first_quarter: int
    demography: str
    firms_wanted: int
    # Places
    province: list
    tier: list
    cluster: list  # primary cluster, −1 if none
    area: list
    universities: list
    seaport: list
    land_gate: list
    zone_opened: list  # first quarter of a free-trade zone
    industry_area: list  # whether the place lies in one
    birth_rate: list
    death_rate: list
    distance: list  # km
    start_population: list
    start_gdp: list
    it_share: list
    # Provinces
    macro_region: list
    hinterland: list
    # Sectors
    kinds: list
    gamma: list  # value added over sales
    gdp_share: list
    skill: list
    rd: list  # R&D over sales
    sector_digital: list
    strategic: list
    inputs: list  # supplier, user
    beta: list  # final spending by sector
    # Lists of plans
    hubs: list  # (city, weight, first quarter, west)
    designated: list  # (city, sector, first quarter) of advanced-manufacturing clusters
    # Found by the inversion of the start
    log_fundamental: list  # by place and sector
    lead: list  # by place and sector
    wedge: list
    amenity: list  # by skill and place
    moving_scale: float
    barrier: list
    price_weights: list
    base_price: list
    foreign_b: list
    foreign_labour: float
    foreign_talent: float
    start_value: list  # value added of the base quarter, by place and sector

    def __post_init__(self) -> None:
        """Numbers that follow."""
        t = self.p.technology
        self.n, self.k = len(self.province), len(self.gamma)
        self.eta = 1 - t.capital_share - t.data_share
        self.rho = 1 - 1 / t.variety_elasticity
        self.kappa = self.rho / (1 - self.rho * self.eta)
        self.profit_share = (1 - self.p.income.tax) * (1 - self.rho * self.eta)
        self.local = [kind == "local" for kind in self.kinds]
        self.digital_start = self._digital_start()
        gdp = sum(self.start_gdp)
        self.gdp_weight = [y / gdp for y in self.start_gdp]
        self.knee = sum(g * d for g, d in zip(self.gdp_weight, self.digital_start, strict=True))
        roots = [math.sqrt(d) for d in self.sector_digital]
        mean = sum(share * root for share, root in zip(self.gdp_share, roots, strict=True))
        self.zeta = [t.data_share * root / mean for root in roots]
        self.similarity = [[self._similarity(a, b) for b in range(self.k)] for a in range(self.k)]
        self.components = [self._components(s) for s in range(self.k)]
        self.relatedness = self._relatedness()
        self.reach = [self._reach(s) for s in range(self.k)]
        self.designated_since = {}
        for city, sector, since in self.designated:
            earlier = self.designated_since.get((city, sector), since)
            self.designated_since[city, sector] = min(earlier, since)

    def _digital_start(self) -> list:
        people = sum(self.start_population)
        mean = sum(x * y for x, y in zip(self.it_share, self.start_population, strict=True)) / people
        relative = [min(max(x / mean, 0.05), 20.0) for x in self.it_share]
        return [r / (1 + r) for r in relative]

    def _similarity(self, a: int, b: int) -> float:
        """Weight of R&D of sector a for sector b: how alike their inputs are."""
        if a == b:
            return 1.0
        x, y = [row[a] for row in self.inputs], [row[b] for row in self.inputs]
        product = sum(u * v for u, v in zip(x, y, strict=True))
        lengths = math.sqrt(sum(u * u for u in x)) * math.sqrt(sum(v * v for v in y))
        return self.p.research.similarity * product / lengths

    def _components(self, s: int) -> list:
        """The strategic sectors that supply most to s."""
        suppliers = [k for k in range(self.k) if self.strategic[k] and k != s]
        return sorted(suppliers, key=lambda k: -self.inputs[k][s])[:3]  # a stable sort: the first of equals

    def _relatedness(self) -> list:
        """Of each two sectors: how often places that are good at one are good at the other."""
        good = advantage(self.start_value)
        at = [{i for i in range(self.n) if good[i][s] >= 1} for s in range(self.k)]
        phi = [[0.0] * self.k for _ in range(self.k)]
        for a in range(self.k):
            for b in range(self.k):
                most = max(len(at[a]), len(at[b]))
                if a != b and most:
                    phi[a][b] = len(at[a] & at[b]) / most
        return phi

    def _reach(self, s: int) -> float:
        """Access of the start's mean firm of a sector to all of it."""
        total, q = sum(row[s] for row in self.start_value), self.p.research
        reach = 0.0
        for i in range(self.n):
            for j in range(self.n):
                far = self.distance[i][j] / q.spillover_range + q.spillover_border * self.other_province(i, j)
                reach += self.start_value[i][s] * self.start_value[j][s] * math.exp(-far if i != j else 0.0)
        return reach / total**2 if total > 0 else 1.0

    def is_designated(self, city: int, sector: int, quarter: int) -> bool:
        """Whether a cell belongs to an advanced-manufacturing cluster by then."""
        return self.designated_since.get((city, sector), math.inf) <= quarter

    def same_cluster(self, i: int, j: int) -> bool:
        """Whether two places share their primary cluster."""
        return self.cluster[i] == self.cluster[j] >= 0

    def other_province(self, i: int, j: int) -> bool:
        """Whether a provincial border lies between two places."""
        return self.province[i] != self.province[j]


def advantage(value: list) -> list:
    """Revealed comparative advantage by place and sector: share of the place over share of the nation."""
    nation = [sum(row[s] for row in value) for s in range(len(value[0]))]
    total = sum(nation)
    return [
        [row[s] / sum(row) / (nation[s] / total) if nation[s] > 0 else 0.0 for s in range(len(nation))] for row in value
    ]


def density(t: Tables, value: list) -> list:
    """Relatedness of each sector to what a place is good at, by place and sector."""
    traded = [s for s in range(t.k) if not t.local[s]]
    result = []
    for row in advantage(value):
        m = [a / (1 + a) for a in row]
        around = []
        for s in range(t.k):
            total = sum(t.relatedness[s][q] for q in traded)
            alone = t.local[s] or total == 0
            around.append(1.0 if alone else sum(t.relatedness[s][q] * m[q] for q in traded) / total)
        result.append(around)
    return result
