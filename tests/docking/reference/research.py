"""Process 7: what firms see of one another's research, and the order in which they act on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .frictions import with_network


@dataclass
class Track:
    """A technological track: how far its sector's firms on it can come."""

    sector: int
    ceiling: float  # log, at the start
    origin: int  # place
    opened: int  # quarter


class Scene:
    """The state before the quarter's research, as all firms see it."""

    def __init__(self, model) -> None:
        self.model, self.t, self.q = model, model.t, model.p.research
        k = self.t.k
        self.access = with_network(self.t, model.access, model.network)  # b
        self.capped = [[min(b, 1.0) for b in row] for row in self.access]  # b′
        self.spent = [[sum(f.research for f in city.firms_in(s)) for s in range(k)] for city in model.cities]
        self.sector_firms = [[f for f in model.firms if f.sector == s] for s in range(k)]
        self.mean_research = [sum(f.research for f in fs) / len(fs) if fs else 0.0 for fs in self.sector_firms]
        self.spill = self._spillover()
        self.level = [[self._level(city.firms_in(s)) for s in range(k)] for city in model.cities]
        self.variety = [self._variety(city.values) for city in model.cities]
        self.passed = model.quarter - self.t.first_quarter + 1
        self.out_of_reach = [math.log(1 - size) for size in model.shock["technology"]]
        known = [[city.knowledge[s] for city in model.cities] for s in range(k)]
        self.capability = [[x / max(row) if max(row) > 0 else 0.0 for x in row] for row in known]
        self.candidates = self._candidates()
        self.candidates_research = [sum(f.research for f in self.candidates if f.sector == s) for s in range(k)]
        self._presence: dict = {}
        self._accessible: dict = {}

    def _spillover(self) -> list:
        """R&D around each cell, of like sectors too, over the mean place's."""
        n, k = self.t.n, self.t.k
        alike = [
            [sum(self.spent[j][r] * self.t.similarity[r][s] for r in range(k)) for s in range(k)] for j in range(n)
        ]
        around = [
            [sum(self.access[i][j] * alike[j][s] for j in range(n) if j != i) for s in range(k)] for i in range(n)
        ]
        mean = [sum(row[s] for row in around) / n for s in range(k)]
        return [[row[s] / mean[s] if mean[s] > 0 else 0.0 for s in range(k)] for row in around]

    def _level(self, firms: list) -> float:
        """How far firms of a cell have come on average; nowhere without any."""
        return sum(f.reached for f in firms) / len(firms) if firms else -math.inf

    def _variety(self, values: list) -> float:
        """Unrelated variety: entropy of value added over sectors, over its largest."""
        shares = [v / sum(values) for v in values]
        return -sum(x * math.log(x) for x in shares if x > 0) / math.log(len(shares))

    def _candidates(self) -> list:
        """Firms that do enough research to try to leave their track, in the order of ids."""
        found = []
        for s, firms in enumerate(self.sector_firms):
            needs = self.t.components[s]
            known = needs and all(max(self.capability[k]) > 0 for k in needs)
            if self.t.local[s] or not known or not firms:
                continue
            last = math.ceil(self.q.top_share * len(firms))
            least = sorted((f.research for f in firms), reverse=True)[last - 1]
            found += [f for f in firms if f.research > 0 and f.research >= least]
        return sorted(found, key=lambda f: f.id)

    def ceiling(self, firm) -> float:
        """How far the firm can come on its track."""
        own = self.model.tracks[firm.track].ceiling
        return own + self.q.frontier_growth * self.passed + self.out_of_reach[firm.city.row]

    def accessible(self, i: int, s: int) -> float:
        """What can be imitated: a little more than the best place's mean, as far as it can be seen from here."""
        if (i, s) not in self._accessible:
            self._accessible[i, s] = self.q.imitation_lead + max(
                self.level[j][s] + self.q.imitation_cost * math.log(self.capped[i][j]) for j in range(self.t.n)
            )
        return self._accessible[i, s]

    def exposure(self, i: int, track: int) -> float:
        """Part of the sector's value added around a place that is on the track, over the start's mean firm's reach."""
        if track not in self._presence:
            self._presence[track] = [self._present(city, track) for city in self.model.cities]
        s, t = self.model.tracks[track].sector, self.t
        made = [city.values[s] for city in self.model.cities]
        around = sum(b * v * x for b, v, x in zip(self.capped[i], made, self._presence[track], strict=True))
        return around / sum(made) / t.reach[s] if sum(made) > 0 else 0.0

    def _present(self, city, track: int) -> float:
        """Part of a place's firms of the sector; where it was opened its opener does not count, and a seed is left."""
        firms, at_origin = city.firms_in(self.model.tracks[track].sector), city.row == self.model.tracks[track].origin
        on_it = sum(f.track == track for f in firms)
        part = max(on_it - at_origin, 0) / len(firms) if firms else 0.0
        return max(part, self.q.adoption_seed) if at_origin else part

    def grant(self, firm) -> float:
        """Mission money that a candidate gets."""
        here = sum(f.research for f in self.candidates if f.city is firm.city)
        return self.model.accounts["mission"][firm.city.row] * firm.research / here

    def partners(self, firm) -> list:
        """For each component, the firm that makes it best within reach, and how well."""
        found = []
        for k in self.t.components[firm.sector]:
            reach = [c * b for c, b in zip(self.capability[k], self.capped[firm.city.row], strict=True)]
            place = max(range(self.t.n), key=lambda j: (reach[j], -j))
            there = self.model.cities[place].firms_in(k)
            found.append((min(there, key=lambda f: (-f.sales, f.id)), reach[place]))
        return found

    def partner_odds(self, i: int, s: int) -> list:
        """Odds of working with firms of each place."""
        odds = []
        for j, city in enumerate(self.model.cities):
            known = sum(city.knowledge[r] * self.t.similarity[r][s] for r in range(self.t.k))
            odds.append(self.capped[i][j] * known)
        return odds


def step(model) -> None:
    """Improve, imitate, adopt, attempt, collaborate: all decide on the state before."""
    scene, t = Scene(model), model.t
    gain = {f.id: (f.improve(scene), f.imitate(scene)) for f in model.firms}
    adopted = {f.id: f.adopt(scene) for f in model.firms}
    together = [[0] * t.n for _ in range(t.n)]
    successes = attempt(scene, together)
    collaborate(scene, together)
    model.seen |= {
        "improved": sorted(i for i, (own, _) in gain.items() if own > 0),
        "imitated": sorted(i for i, (_, of_others) in gain.items() if of_others > 0),
        "adopted": sorted(f.id for f in model.firms if adopted[f.id] != f.track),
        "collaborations": together,
    }
    for f in model.firms:
        f.log_a += sum(gain[f.id])
        f.track = adopted[f.id]
    open_tracks(model, successes)
    ageing = model.p.collaboration.ageing
    model.network = [
        [(1 - ageing) * model.network[i][j] + together[i][j] + together[j][i] for j in range(t.n)] for i in range(t.n)
    ]
    nation = sum(f.research for f in scene.candidates)
    if nation > 0:
        of_place = [sum(f.research for f in scene.candidates if f.city is city) for city in model.cities]
        model.mission_weight = [x / nation for x in of_place]
    for city in model.cities:
        city.learn(scene.spent[city.row])


def attempt(scene: Scene, together: list) -> list:
    """Candidates that break through; counts the projects of all that tried."""
    successes, attempts = [], []
    for f in scene.candidates:
        if f.attempts(scene):
            partners = scene.partners(f)
            attempts.append((f.id, tuple(partner.id for partner, _ in partners)))
            for partner, _ in partners:
                together[f.city.row][partner.city.row] += 1
            if f.succeeds(partners, scene):
                successes.append(f)
    scene.model.seen["attempts"] = attempts
    return successes


def collaborate(scene: Scene, together: list) -> None:
    """Count the improvements made with a partner."""
    for f in scene.model.firms:
        place = f.collaborate(scene)
        if place is not None:
            together[f.city.row][place] += 1


def open_tracks(model, successes: list) -> None:
    """Each success opens a track above all others of its sector, and its firm moves there."""
    model.seen["breakthroughs"] = []
    for f in successes:
        highest = max(track.ceiling for track in model.tracks if track.sector == f.sector)
        jump = model.p.research.breakthrough_jump
        model.tracks.append(Track(f.sector, highest + jump, f.city.row, model.quarter))
        f.track = len(model.tracks) - 1
        model.seen["breakthroughs"].append((f.id, f.track))
