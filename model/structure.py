"""What the start tells of places and sectors for good: digital reach, poles, relatedness, designations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model import industries
from nqpf.model.exchange.digital import start_intensity
from nqpf.model.facts import NEVER
from nqpf.model.initial.mix import start_mix

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Facts
    from nqpf.model.parameters import Parameters

_POLE_TIERS = ("municipality", "sub_provincial_capital", "sub_provincial")


@dataclass(frozen=True, slots=True)
class Structure:
    """Of places, (n_places,), and sectors, (n_sectors,)."""

    digital: Floats  # intensity at the start, 0 to 1
    digital_knee: float  # its mean by GDP
    gdp_weight: Floats  # shares of the start's GDP
    pole_weight: Floats  # shares of the growth poles' residents; of all residents if there is no pole
    people_weight: Floats  # shares of all residents
    hinterland: Bools  # in the strategic hinterland
    similarity: Floats  # technological nearness, (from, to)
    components: Ints  # sectors whose capabilities a breakthrough needs, (n_sectors, 3), −1: none
    relatedness: Floats  # φ, (n_sectors, n_sectors)
    complexity: Floats
    cluster_since: Ints  # quarter of designation, (n_places, n_sectors), NEVER if none
    in_area: Bools  # in a strategic-industry area

    def cluster_cells(self, quarter: int) -> Bools:
        """Cells of an advanced manufacturing cluster designated by a quarter, (n_places, n_sectors)."""
        return self.cluster_since <= quarter


def structure_of(facts: Facts, parameters: Parameters) -> Structure:
    """The structure of facts; which sectors are related is what the start's mix tells."""
    places, start, sectors, regions = facts.places, facts.start, facts.sectors, facts.regions
    n, n_sectors = len(places), len(sectors)
    digital = start_intensity(start.it_employment_share, start.population)
    gdp = start.gdp / start.gdp.sum()
    people = start.population / start.population.sum()
    at_pole = np.where(np.isin(np.array(places.tier), _POLE_TIERS), people, 0.0)
    local = np.array([kind == "local" for kind in sectors.kind])
    since = np.full((n, n_sectors), NEVER, np.int64)
    clusters = facts.industry_clusters
    np.minimum.at(since, (clusters.city, clusters.sector), clusters.since)
    areas = regions.member[regions.of_level("industry_area")]
    return Structure(
        digital=digital,
        digital_knee=float(gdp @ digital),
        gdp_weight=gdp,
        pole_weight=at_pole / at_pole.sum() if at_pole.any() else people,
        people_weight=people,
        hinterland=facts.provinces.hinterland[places.province],
        similarity=industries.input_similarity(sectors.input_shares, parameters.research.similarity),
        components=industries.component_sectors(sectors.input_shares, sectors.strategic),
        relatedness=industries.relatedness(industries.comparative_advantage(start_mix(facts)), local),
        complexity=industries.complexity(sectors.skill_share, sectors.rd_share, sectors.value_added_share),
        cluster_since=since,
        in_area=np.asarray(areas.any(axis=0)),
    )
