"""Growth by mechanism against a plain count: every firm, every cell, one at a time."""

from itertools import pairwise
from math import exp, log

import numpy as np
import pytest

from nqpf.agents.firms.parameters import EntryExit, Relocation, Research
from nqpf.model import measures, steps
from nqpf.model.growth import LEVELS
from nqpf.model.parameters import Parameters
from nqpf.model.rules import PolicyRule, Shock

MECHANISMS = [m.name for m in measures.GROWTH[1:]]
LIVELY = Parameters(
    research=Research(
        attempts=3.0, breakthrough=1.0, component_power=0.1, imitation=0.5, adoption=1.0, hazard=1.0, ceiling=1.2
    ),
    firms=EntryExit(exit_rate=0.1),
    relocation=Relocation(considering=0.8, fixed_cost=0.0, distance_cost=0.0),
)
"""Much of everything in few quarters."""
POLICY = (
    PolicyRule(lever="data_pool_scope", value="cluster"),
    PolicyRule(lever="digital_intensity", value=2.0, ramp=4),
    PolicyRule(lever="hinterland_share", value=0.2),
)
SHOCK = {"kind": "supply", "size": 0.2, "from": "2024Q3", "until": "2025Q1"}


class Watched:
    """A lively economy whose every quarter is written down as the market, investors and laboratories saw it."""

    def __init__(self, economies, country, patch):
        shock = Shock.model_validate(SHOCK | {"where": {"city": "120200"}})
        self.economy = e = economies.small_economy(country, parameters=LIVELY, firms=120, policy=POLICY, shock=[shock])
        self.learning = {}
        for name in ("improve", "imitate"):
            patch.setattr(steps.research, name, self.listening(name, getattr(steps.research, name)))
        self.quarters = []
        for _ in range(5):
            start, firms = e.state(), self.columns(e.firms)
            e.step()
            self.quarters.append(
                {
                    "firms": firms,
                    "public": start["public_capital"],
                    "externality": start["externality"],
                    "production": e._production,
                    "pool": e._exchange.trade.pool,
                    "compute": e._compute,
                    "digital": e._layers.digital,
                    "at_work": e._at_work,
                    "shock": e._shocks["supply"],
                    "in_use": e._in_use,
                    "volume": e.now.gdp_volume,
                    "learning": self.learning,
                    "made": e.growth_measures(),
                }
            )
            self.learning = {}

    @staticmethod
    def columns(firms):
        """What the market sees of each firm, by id."""
        names = ("cell", "log_productivity", "capital", "data", "track")
        return {int(i): {n: getattr(firms, n)[row].item() for n in names} for row, i in enumerate(firms.id)}

    def listening(self, name, made):
        """The same process, with what it was given and gave for each firm written down."""

        def listen(research, lab, firms, ceiling, *rest):
            found = made(research, lab, firms, ceiling, *rest)
            gain = found[0] if name == "improve" else found
            around = rest[0] if name == "improve" else None
            for row, i in enumerate(firms.id):
                entry = self.learning.setdefault(int(i), {"invested": firms.capital[row]})
                entry[name] = gain[row]
                entry["headroom"] = ceiling[row] - lab.reached[row]
                if around is not None:
                    entry["spill"] = around.ravel()[firms.cell[row]]
            return found

        return listen


def mean(a, b):
    """The logarithmic mean of two numbers."""
    return a if a == b else (b - a) / log(b / a)


def learned(r, entry, firm, ceilings, n_sectors):
    """A firm's gains by spillover and by new tracks, from what it was given."""
    h = entry["headroom"]
    h0 = h - ceilings[firm["track"]] + ceilings[firm["cell"] % n_sectors]
    room, room0 = max(1 - exp(-h), 0.0), max(1 - exp(-h0), 0.0)
    own = entry["improve"]
    own0 = min(own * room0 / room, own) if room > 0 else own
    copied = entry["imitate"]
    copied0 = min(copied, r.imitation_step * max(h0, 0.0))
    pull = 1 + r.spillover_weight * min(entry["spill"], r.spillover_cap)
    return own0 * (pull - 1) / pull + copied0, (own - own0) + (copied - copied0)


def cell_levels(q, e, c, s):
    """Levels of a cell in a quarter, from the market's numbers."""
    t, p = e.fundamentals.technology, e.parameters.technology
    clearing, gamma = q["production"].clearing, t.value_added_share[s]
    deflator = q["production"].basket.value.sum() / q["volume"]
    h = t.skill_share[s]
    bundle = (clearing.wage_labour[c] / (1 - h)) ** (1 - h) * (clearing.wage_talent[c] / h) ** h
    people = t.rho * t.labour_exponent * gamma * clearing.sales[c, s] / bundle
    labour, talent = q["at_work"][0][c], q["at_work"][1][c]
    knee, digital = e.fundamentals.structure.digital_knee, q["digital"][c]
    inputs = sum(a * (clearing.log_price_index[c, k] - log(a)) for k, a in enumerate(t.input_shares[:, s]) if a > 0)
    return {
        "people": t.labour_exponent * log(people)
        + p.talent_agglomeration * log(talent)
        + p.labour_agglomeration * log(labour),
        "data": t.pool_data[s] * log(q["pool"][c]) + t.compute_data[s] * log(q["compute"][c]),
        "digital": p.digital_gain_lagging * min(digital, knee) + p.digital_gain_advanced * max(digital - knee, 0.0),
        "public": p.public_capital_elasticity * log(q["public"][c]),
        "clusters": q["externality"][c, s],
        "shocks": log(1 - q["shock"][c]) + q["in_use"][c, s],
        "trade": (clearing.log_price[c, s] - log(deflator)) / gamma,
        "chains": -(1 - gamma) / gamma * (inputs - log(deflator)),
    }


def plain_cell(old, new, e, c, s, ceilings):
    """Parts of the log growth of a cell's volume and price, firm by firm."""
    t, p, r = e.fundamentals.technology, e.parameters.technology, e.parameters.research
    n_sectors, kappa, alpha, d = 4, t.kappa, p.capital_share, t.own_data[s]
    here = [{i: f for i, f in q["firms"].items() if f["cell"] == c * n_sectors + s} for q in (old, new)]
    z = [
        {i: (exp(f["log_productivity"]) * f["capital"] ** alpha * f["data"] ** d) ** kappa for i, f in firms.items()}
        for firms in here
    ]
    scale = mean(*(sum(values.values()) for values in z))
    part = dict.fromkeys(MECHANISMS, 0.0)
    for i in here[0].keys() & here[1].keys():
        weight, a, b, entry = mean(z[0][i], z[1][i]) / scale, here[0][i], here[1][i], old["learning"][i]
        others, tracks = learned(r, entry, a, ceilings, n_sectors)
        part["spillover"] += weight * others
        part["breakthrough"] += weight * tracks
        part["own_tfp"] += weight * (b["log_productivity"] - a["log_productivity"] - others - tracks)
        part["capital"] += weight * alpha * log(entry["invested"] / a["capital"])
        part["turnover"] += weight * alpha * log(b["capital"] / entry["invested"])
        part["data"] += weight * d * log(b["data"] / a["data"])
    came = sum(z[1][i] for i in here[1].keys() - here[0].keys())
    gone = sum(z[0][i] for i in here[0].keys() - here[1].keys())
    power = (1 - p.love_of_variety) * (1 / kappa - alpha - d)
    part["turnover"] += (came - gone) / (kappa * scale) - power * log(len(here[1]) / len(here[0]))
    levels = [cell_levels(q, e, c, s) for q in (old, new)]
    for name in LEVELS:
        part[name] += levels[1][name] - levels[0][name]
    return part


def test_accounts_are_what_a_plain_count_gives(economies, country, monkeypatch):
    """Firm by firm and cell by cell, from the market's, investors' and laboratories' own numbers, for four quarters."""
    watched = Watched(economies, country, monkeypatch)
    e, compared = watched.economy, dict.fromkeys(MECHANISMS, 0)
    ceilings = e.now.tracks.ceiling
    for old, new in pairwise(watched.quarters):
        y = [q["production"].basket.value * q["volume"] / q["production"].basket.value.sum() for q in (old, new)]
        for c in range(6):
            expected = dict.fromkeys(MECHANISMS, 0.0)
            for s in np.flatnonzero(y[0][c] > 0):
                weight = mean(y[0][c, s], y[1][c, s]) / mean(y[0][c].sum(), y[1][c].sum())
                for name, value in plain_cell(old, new, e, c, int(s), ceilings).items():
                    expected[name] += weight * value
            for name in MECHANISMS:
                assert new["made"][name][c] == pytest.approx(expected[name], rel=1e-7, abs=1e-10), name
                compared[name] += abs(expected[name]) > 1e-7
            assert new["made"]["growth"][c] == pytest.approx(sum(expected.values()), abs=1e-9)
    assert min(compared.values()) >= 6, compared
