"""Growth of places by mechanism: the parts add up, vanish with their sources, and are what a plain count gives."""

import copy
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.agents.firms.parameters import EntryExit, Relocation, Research
from nqpf.agents.firms.research import above_old_track
from nqpf.agents.firms.tracks import Tracks
from nqpf.model import measures
from nqpf.model.economy import RegionalEconomy
from nqpf.model.growth import LEVELS, Sources, contributions, log_mean, matched
from nqpf.model.levers import LEVERS
from nqpf.model.parameters import Migration, Parameters
from nqpf.model.processes import research
from nqpf.model.processes.production import cell_productivity
from nqpf.model.processes.research import Laboratory, origins
from nqpf.model.rules import SHOCKS, PolicyRule, Shock
from nqpf.model.scenario import Scenario

EXACT = 1e-9
MECHANISMS = [m.name for m in measures.GROWTH[1:]]

LIVELY = Parameters(
    research=Research(
        attempts=3.0, breakthrough=1.0, component_power=0.1, imitation=0.5, adoption=1.0, hazard=1.0, ceiling=1.2
    ),
    firms=EntryExit(exit_rate=0.1),
    relocation=Relocation(considering=0.8, fixed_cost=0.0, distance_cost=0.0),
)
"""Much of everything in few quarters: firms on new tracks and in new places."""

POLICY = (
    PolicyRule(lever="data_pool_scope", value="cluster"),
    PolicyRule(lever="digital_intensity", value=2.0, ramp=4),
    PolicyRule(lever="hinterland_share", value=0.2),
    PolicyRule(lever="transport_gain.across", value=0.3, ramp=6),
    PolicyRule(lever="hukou_easing.labour", value=1.0),
    PolicyRule(lever="equity_integration", value=0.8),
    PolicyRule(lever="subsidy_cap", value=0.03),
    PolicyRule(lever="mission_fund", value=0.01),
    PolicyRule(lever="pole_share", value=1.0),
)
SHOCK = {"kind": "supply", "size": 0.2, "from": "2024Q3", "until": "2025Q1"}


def gdp(economy):
    """Real GDP by place, as it is measured."""
    return economy.city_measures()["gdp"]


def missing(made):
    """What the mechanisms leave of growth, the largest over places."""
    return np.abs(sum(made[name] for name in MECHANISMS) - made["growth"]).max()


@pytest.mark.parametrize("policy", [False, True], ids=["baseline", "levers and a shock"])
def test_mechanisms_add_up_in_china(policy):
    """In each of 336 places and twelve quarters, with and without many levers and a supply shock in the east."""
    scenario = Scenario.load("china", firms=2000, seed=7)
    if policy:
        shock = Shock.model_validate(SHOCK | {"where": {"macro_region": "east"}})
        scenario = scenario.model_copy(update={"policy": POLICY, "shock": (shock,)})
    economy = RegionalEconomy(scenario)
    assert (economy.growth_measures()["growth"] == 0).all()
    before, seen = gdp(economy), dict.fromkeys(MECHANISMS, 0.0)
    for _ in range(12):
        economy.step()
        made = economy.growth_measures()
        assert list(made) == ["growth", *MECHANISMS]
        np.testing.assert_allclose(made["growth"], np.log(gdp(economy) / before), atol=1e-13)
        assert missing(made) < EXACT
        before = gdp(economy)
        seen = {name: max(most, np.abs(made[name]).max()) for name, most in seen.items()}
    acting = {name for name, most in seen.items() if most > 1e-6}
    assert acting == set(MECHANISMS) - (set() if policy else {"digital", "shocks"})


EXTREMES = [
    PolicyRule(lever=name, value=lever.values[-1] if lever.values else getattr(lever, end))
    for end in ("low", "high")
    for name, lever in LEVERS.items()
]


@pytest.mark.parametrize("rules", [EXTREMES[: len(LEVERS)], EXTREMES[len(LEVERS) :]], ids=["lowest", "highest"])
def test_mechanisms_add_up_whatever_happens(economies, country, rules):
    """Every lever at one end, every kind of shock at its largest, and firms that come and go as never seen."""
    shocks = [Shock.model_validate({"kind": kind, "size": 0.9, "from": "2024Q3", "until": "2024Q4"}) for kind in SHOCKS]
    economy = economies.small_economy(country, parameters=LIVELY, firms=120, policy=rules, shock=shocks)
    for _ in range(6):
        economy.step()
        assert missing(economy.growth_measures()) < EXACT


def run(economies, country, parameters=None, quarters=4, **scenario):
    """Accounts of some quarters of the small country."""
    economy = economies.small_economy(country, parameters=parameters or LIVELY, firms=120, **scenario)
    made = []
    for _ in range(quarters):
        economy.step()
        made.append(economy.growth_measures())
    return made


def most(made, name):
    """The largest part of a mechanism over places and quarters."""
    return max(np.abs(quarter[name]).max() for quarter in made)


def test_nothing_is_learned_without_research(economies, country):
    """With no improvement and no imitation nothing grows by research, spillover or new tracks."""
    still = LIVELY.model_copy(update={"research": Research(hazard=0.0, imitation=0.0)})
    made = run(economies, country, still)
    assert most(made, "own_tfp") == most(made, "spillover") == most(made, "breakthrough") == 0
    assert most(made, "capital") > 1e-4
    assert most(run(economies, country), "own_tfp") > 1e-4


def test_without_spillover_and_imitation_all_is_own(economies, country):
    """A hazard that knowledge around does not lift, and no imitation: nothing came from others."""
    alone = LIVELY.research.model_copy(update={"spillover_weight": 0.0, "imitation": 0.0})
    made = run(economies, country, LIVELY.model_copy(update={"research": alone}))
    assert most(made, "spillover") == 0
    assert most(made, "own_tfp") > 1e-4


def test_without_new_tracks_none_of_them_gives_anything(economies, country):
    """No attempt succeeds: no gain is above the first tracks' ceilings; with new tracks some are."""
    closed = LIVELY.research.model_copy(update={"breakthrough": 0.0})
    assert most(run(economies, country, LIVELY.model_copy(update={"research": closed})), "breakthrough") == 0
    assert most(run(economies, country, quarters=8), "breakthrough") > 1e-5


def test_without_turnover_of_firms_none_is_counted(economies, country):
    """Nobody leaves, comes or moves: no part of growth, to the last bit of capital that changes hands."""
    settled = LIVELY.model_copy(update={"firms": EntryExit(exit_rate=0.0), "relocation": Relocation(considering=0.0)})
    assert most(run(economies, country, settled), "turnover") < 1e-15
    assert most(run(economies, country), "turnover") > 1e-3


def test_what_does_not_act_gives_nothing(economies, country):
    """Elasticities of nought switch off public capital, clusters and data; no programme, no shock: no part either."""
    values = LIVELY.model_dump()
    values["technology"] |= {"public_capital_elasticity": 0.0, "cluster_externality": 0.0, "area_externality": 0.0}
    values["technology"] |= {"data_share": 0.0}
    made = run(economies, country, Parameters.model_validate(values))
    for name in ("public", "clusters", "data", "digital", "shocks"):
        assert most(made, name) == 0, name
    shock = Shock.model_validate(SHOCK)
    assert most(run(economies, country, shock=[shock]), "shocks") == pytest.approx(-log(1 - 0.2), rel=0.01)


def test_with_nobody_born_or_moving_people_only_change_sector(economies, country):
    """Residents all but frozen: what is left is labour that moves between sectors of a place, which is little."""
    settled = LIVELY.model_copy(update={"migration": Migration(considering=0.001)})
    frozen = run(economies, country, settled, demography="frozen")
    moved, free = (sum(np.abs(made["people"]).sum() for made in m) for m in (frozen, run(economies, country)))
    assert 0 < moved < 0.5 * free


def test_accounts_go_on_after_a_checkpoint(economies, country):
    """An economy taken up from its state gives the same accounts to the bit, from its first step on."""
    make = {"parameters": LIVELY, "firms": 120, "policy": POLICY}
    economy = economies.small_economy(country, **make)
    for _ in range(3):
        economy.step()
    other = economies.small_economy(country, **make, state=economy.state())
    with pytest.raises(LookupError):
        other.growth_measures()
    for _ in range(2):
        economy.step()
        other.step()
        for name, values in economy.growth_measures().items():
            np.testing.assert_array_equal(other.growth_measures()[name], values, err_msg=name)


# By hand


def sources(ids, cells, values, **columns):
    """Sources of firms all alike but for the columns given, in cells of these values and no levels."""
    n = len(ids)
    plain = {
        "id": np.array(ids),
        "cell": np.array(cells),
        "log_productivity": np.zeros(n),
        "capital": np.ones(n),
        "data": np.ones(n),
        "invested": np.ones(n),
        "from_others": np.zeros(n),
        "from_tracks": np.zeros(n),
        "value": np.array(values, float),
        "levels": np.zeros((len(LEVELS), *np.shape(values))),
    }
    return Sources(**(plain | {name: np.array(column, float) for name, column in columns.items()}))


def test_firms_that_stay_learn_by_improvement_and_imitation_alone(economies, country, monkeypatch):
    """Δ ln A between two markets is the two gains to the last digit, so that nothing else can hide in `own_tfp`."""
    economy = economies.small_economy(country, parameters=LIVELY, firms=120)
    economy.step()
    gains = {}

    def kept(name, of):
        def made(*args):
            found = of(*args)
            gains[name] = copy.deepcopy(found)  # one is added to the other afterwards
            return found

        return made

    for name in ("improve", "imitate"):
        monkeypatch.setattr(research, name, kept(name, getattr(research, name)))
    for _ in range(4):
        # What a market finds is the quarter before's learning: two steps, and the gains of the first.
        economy.step()
        before, improved, imitated = economy.now.sources, gains["improve"][0], gains["imitate"]
        economy.step()
        after = economy.now.sources
        stayed, stays = matched(before, after)
        learned = after.log_productivity[stays] - before.log_productivity[stayed]
        np.testing.assert_allclose(learned, (improved + imitated)[stayed], atol=1e-12)
        assert len(stayed) > 50
        assert (improved[stayed] > 0).any()
        assert (imitated[stayed] > 0).any()


def test_logarithmic_mean():
    """(b − a) / ln(b/a), the number itself where they are equal, no loss of digits where they nearly are, 0 of none."""
    np.testing.assert_allclose(log_mean(np.array([1.0, 3.0]), np.array([np.e, 3.0])), [np.e - 1, 3.0])
    assert log_mean(np.array([2.0]), np.array([2.0 + 1e-13]))[0] == pytest.approx(2.0, rel=1e-12)
    assert log_mean(np.array([0.0, 0.0, 2.0]), np.array([0.0, 2.0, 0.0])).tolist() == [0, 0, 0]


def test_firms_are_matched_by_id_in_the_same_cell():
    """Wherever their rows are; those who left, came, or are in another cell are not."""
    before = sources([5, 6, 7, 8, 9], [0, 0, 1, 1, 2], [[1.0, 1, 1]])
    after = sources([5, 10, 9, 8, 11, 7], [0, 1, 2, 0, 0, 1], [[1.0, 1, 1]])
    rows0, rows1 = matched(before, after)
    assert sorted(zip(rows0.tolist(), rows1.tolist(), strict=True)) == [(0, 0), (2, 5), (4, 2)]
    assert [r.tolist() for r in matched(before, Sources.none())] == [[], []]


def test_a_cell_that_opens_or_closes_is_turnover(economies):
    """Its value added over the logarithmic mean of the place's GDP; the cells that last are weighted by theirs."""
    t = replace(economies.technology(), own_data=np.zeros(4))
    before = sources([0, 1], [0, 1], [[6.0, 4.0, 0.0, 0.0]])
    after = sources([0, 2], [0, 2], [[6.6, 0.0, 3.0, 0.0]])
    after.levels[LEVELS.index("trade"), 0, 0] = log(1.1)
    made = contributions(before, after, t, Parameters().technology)
    mean = (10 - 9.6) / log(10 / 9.6)
    assert made["turnover"].tolist() == pytest.approx([(3 - 4) / mean])
    assert made["trade"].tolist() == pytest.approx([0.6 / mean])
    assert made["growth"].tolist() == pytest.approx([log(0.96)])
    assert missing(made) < 1e-15


def test_gains_by_origin(economies):
    """On a new track what its first would not have allowed; of the rest imitation, and the share that pull brought."""
    r = Research(spillover_weight=0.5, spillover_cap=2.0, imitation_step=0.5)
    tracks = Tracks.of_start(np.array([1.0]), 0)
    tracks.open(0, 0.5, 0, 1)
    firms = economies.firms([0, 0, 1], track=[0, 1, 1])
    lab = Laboratory(np.ones(3), np.ones((2, 1)), np.array([0.8, 0.8, 1.2]), np.eye(2), np.eye(2), np.zeros(2))
    spillover, improved, imitated = np.array([[1.0], [9.0]]), np.array([0.1, 0.1, 0.1]), np.array([0.05, 0.2, 0.1])
    others, new = origins(r, lab, firms, tracks, spillover, improved, imitated)
    kept = (1 - exp(-0.2)) / (1 - exp(-0.7))  # room to the first ceiling over room to the own
    assert new.tolist() == pytest.approx([0.0, 0.1 * (1 - kept) + (0.2 - 0.5 * 0.2), 0.1 + 0.1])
    assert others.tolist() == pytest.approx([0.1 * (0.5 / 1.5) + 0.05, 0.1 * kept * (0.5 / 1.5) + 0.5 * 0.2, 0.0])


def test_a_track_that_is_no_higher_gives_nothing():
    """No part of either gain, also where there is no room at all."""
    room = np.array([0.5, 0.0, -1.0])
    own, copied = above_old_track(Research(imitation_step=0.5), np.array([0.1, 0, 0]), 0.5 * room.clip(0), room, room)
    assert own.tolist() == copied.tolist() == [0.0] * 3


@st.composite
def firms_twice(draw):
    """Two sets of firms in four cells of one place: some stay, some move, leave or come; each cell has one in both."""
    number = st.floats(0.2, 5.0)
    ids = sorted(draw(st.sets(st.integers(8, 40), max_size=12)))
    kept = [i for i in ids if draw(st.booleans())]
    new = sorted(draw(st.sets(st.integers(41, 60), max_size=6)))
    made = []
    for rows in ([0, 1, 2, 3, *ids], draw(st.permutations([*new, *kept, 3, 2, 1, 0]))):
        cells = [i if i < 4 else draw(st.integers(0, 3)) for i in rows]
        columns = {name: [draw(number) for _ in rows] for name in ("capital", "data", "invested")}
        columns |= {name: [draw(st.floats(-1, 1)) for _ in rows] for name in
                    ("log_productivity", "from_others", "from_tracks")}  # fmt: skip
        levels = [[[draw(st.floats(-1, 1)) for _ in range(4)]] for _ in LEVELS]
        made.append(sources(rows, cells, np.ones((1, 4)), levels=levels, **columns))
    return made


@given(firms_twice(), st.floats(0, 1))
def test_the_split_is_exact_for_any_firms(economies, both, variety):
    """Value added made of S^{1/κ} and levels: the parts add up to its growth, whoever came, went or moved."""
    t, technology = economies.technology(), Parameters().technology.model_copy(update={"love_of_variety": variety})
    for s in both:
        s.value = np.exp(cell_productivity(s, t, technology, 1)[0] + s.levels.sum(0))
    made = contributions(*both, t, technology)
    assert made["growth"][0] == pytest.approx(log(both[1].value.sum() / both[0].value.sum()), abs=1e-12)
    assert missing(made) < 1e-12
