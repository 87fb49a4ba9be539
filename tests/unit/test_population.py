"""Firms as Mesa agents: what Mesa's own agent set would answer, from columns."""

import gc
import random
import weakref
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from mesa import Model
from mesa.agent import Agent
from mesa.agentset import AbstractAgentSet, AgentSet

from nqpf.agents.firms.columns import Firms
from nqpf.agents.population import Firm, FirmSet

COLUMNS = tuple(f.name for f in fields(Firms))


def stub(n=40):
    """A model with nothing but firms, three sectors and a generator."""
    rng = np.random.default_rng(0)
    firms = Firms(
        id=rng.permutation(10 * n)[:n],
        cell=rng.integers(0, 12, n),
        age=rng.integers(0, 9, n),
        log_productivity=rng.normal(size=n),
        capital=rng.uniform(1, 5, n).round(2),
        sales=rng.uniform(0, 2, n),
        labour=rng.uniform(0, 2, n),
        talent=rng.uniform(0, 2, n),
        data=rng.uniform(0, 2, n),
        performance=rng.normal(size=n),
        track=rng.integers(0, 3, n),
    )
    return SimpleNamespace(firms=firms, n_sectors=3, random=random.Random(1))


class Twin(Agent):
    """An object of Mesa's own with the attributes of one firm."""

    def __init__(self, model, firm):
        super().__init__(model)
        self.firm_id, self.city, self.sector = firm.unique_id, firm.city, firm.sector
        for name in COLUMNS[1:]:
            setattr(self, name, getattr(firm, name))


@pytest.fixture
def model():
    """Forty firms."""
    return stub()


@pytest.fixture
def firms(model):
    """All of them as a set."""
    return FirmSet(model)


@pytest.fixture
def twins(firms):
    """The same firms as objects in Mesa's own set, each firm one."""
    model = Model(rng=1)
    agents = [Twin(model, firm) for firm in firms]
    yield AgentSet(agents, random=model.random)
    agents.clear()  # Mesa's set holds them weakly: until here this list keeps them


def ids(firms):
    """Ids of firms of either kind of set, in order."""
    return [f.unique_id if isinstance(f, Firm) else f.firm_id for f in firms]


def test_it_is_an_agent_set_of_every_firm(model, firms):
    """Mesa's abstract class, one window a firm, in the order of rows."""
    assert isinstance(firms, AbstractAgentSet)
    assert len(firms) == 40
    assert ids(firms) == model.firms.id.tolist()
    assert ids(firms.to_list()) == ids(firms)
    assert firms.random is model.random


@pytest.mark.parametrize(
    "question",
    [
        lambda f: f.age > 4,
        lambda f: (f.age > 4) & (f.sector == 1),
        lambda f: f.age > 4 and f.sector == 1,
        lambda f: f.city in {0, 3},
        lambda f: f.capital * 2 > f.age,
        lambda f: True,  # noqa: ARG005
        lambda f: not f.age,
    ],
)
@pytest.mark.parametrize("at_most", [float("inf"), 3, 0.25, 1.0, 0])
def test_select_finds_the_firms_mesa_finds(firms, twins, question, at_most):
    """Asked of columns or of firms one by one, up to a number or a share of all."""
    assert ids(firms.select(question, at_most=at_most)) == ids(twins.select(question, at_most=at_most))


def test_select_asks_all_firms_at_once(firms):
    """A question that columns can answer is asked once, one that they cannot once more for each firm."""
    asked = []
    firms.select(lambda f: asked.append(f) or f.age > 4)
    assert len(asked) == 1
    asked.clear()
    firms.select(lambda f: asked.append(f) or (f.age > 4 and f.sector == 1))
    assert len(asked) == 1 + len(firms)


def test_select_by_what_only_a_window_has(firms):
    """`row` is an attribute of a firm, not of the set: such a question is asked firm by firm."""
    assert ids(firms.select(lambda f: f.row < 3)) == ids(firms)[:3]


def test_select_by_type(firms):
    """Firms are firms and agents, and nothing else."""
    assert len(firms.select(agent_type=Firm)) == len(firms.select(agent_type=Agent)) == 40
    assert len(firms.select(agent_type=Twin)) == 0


def test_get_reads_columns(model, firms, twins):
    """One name gives a column, several a row a firm, an unknown one an error or what was asked for."""
    np.testing.assert_array_equal(firms.get("capital"), twins.get("capital"))
    assert firms.get(["city", "age"]) == twins.get(["city", "age"])
    assert firms.get("unique_id").tolist() == model.firms.id.tolist()
    with pytest.raises(AttributeError, match="colour"):
        firms.get("colour")
    assert firms.get("colour", "default", "red").tolist() == ["red"] * 40
    assert firms.get(["age", "colour"], "default", 7) == twins.get(["age", "colour"], "default", 7)


def test_get_refuses_a_misspelt_option(firms):
    """As Mesa does."""
    with pytest.raises(ValueError, match="handle_missing"):
        firms.get("age", handle_missing="ignore")


def test_agg_takes_one_function_or_several(firms, twins):
    """Of all firms or a part."""
    old = firms.select(lambda f: f.age > 4)
    assert old.agg("capital", np.sum) == pytest.approx(twins.select(lambda t: t.age > 4).agg("capital", sum))
    assert firms.agg("age", [min, max, len]) == twins.agg("age", [min, max, len])


@pytest.mark.parametrize("by", ["city", "sector", "age", lambda f: f.cell % 2, lambda f: f.age // 3])
def test_groupby_makes_mesas_groups(firms, twins, by):
    """The same keys, the same firms in the same order, the same counts and sums."""
    groups, expected = firms.groupby(by), twins.groupby(by)
    assert {k: ids(v) for k, v in groups.groups.items()} == {k: ids(v) for k, v in expected.groups.items()}
    assert groups.count() == expected.count()
    assert groups.agg("capital", sum) == pytest.approx(expected.agg("capital", sum))
    assert {k: ids(v) for k, v in firms.groupby(by, result_type="list").groups.items()} == {
        k: ids(v) for k, v in expected.groups.items()
    }


def test_groupby_a_function_of_one_firm(firms, twins):
    """A function that only understands one firm at a time groups too."""

    def kind(firm):
        return "old" if firm.age > 4 else "young"

    assert firms.groupby(kind).count() == twins.groupby(kind).count()


@pytest.mark.parametrize("key", ["capital", "age", lambda f: f.capital - f.age])
@pytest.mark.parametrize("ascending", [True, False])
def test_sort_orders_as_mesa_does(firms, twins, key, ascending):
    """By column or function, up or down, ties in their old order."""
    assert ids(firms.sort(key, ascending=ascending)) == ids(twins.sort(key, ascending=ascending))


def test_set_writes_to_the_firms_of_the_set(model, firms):
    """One value or one for each, to the columns themselves; unknown names are refused."""
    old = firms.select(lambda f: f.age > 4)
    young_before = model.firms.sales[model.firms.age <= 4].copy()
    assert old.set("sales", 9.0) is old
    assert (model.firms.sales[model.firms.age > 4] == 9.0).all()
    np.testing.assert_array_equal(model.firms.sales[model.firms.age <= 4], young_before)
    old.set("labour", np.arange(len(old)))
    assert old.get("labour").tolist() == list(range(len(old)))
    with pytest.raises(AttributeError, match="colour"):
        old.set("colour", 1)


def test_parts_can_be_changed_in_place_and_the_whole_cannot(firms):
    """A part narrows itself; the set of all firms stays what it is."""
    part = firms.select(lambda f: f.age > 2)
    wanted = ids(part.select(lambda f: f.capital > 3))
    assert part.select(lambda f: f.capital > 3, inplace=True) is part
    assert ids(part) == wanted
    part.sort("capital", ascending=True, inplace=True)
    assert part.get("capital").tolist() == sorted(part.get("capital").tolist())
    with pytest.raises(TypeError, match="in place"):
        firms.select(lambda f: f.age > 2, inplace=True)


def test_membership(model, firms):
    """A window is in the sets that hold its firm, of its own model."""
    first = next(iter(firms))
    assert first in firms
    assert first in firms.select(lambda f: f.id == first.unique_id)
    assert first not in firms.select(lambda f: f.id != first.unique_id)
    assert Firm(model, 10**9) not in firms
    assert Firm(stub(), first.unique_id) not in firms
    assert "firm" not in firms


def test_shuffle_keeps_firms_and_follows_the_models_generator(model, firms):
    """A permutation, the same for the same generator."""
    model.random.seed(4)
    one = ids(firms.shuffle())
    model.random.seed(4)
    assert ids(firms.shuffle()) == one
    assert sorted(one) == sorted(ids(firms))
    assert one != ids(firms)


def test_do_and_map_reach_every_firm(firms):
    """A function or a method's name, with arguments."""
    assert firms.map(lambda f, x: f.age + x, 5) == (firms.get("age") + 5).tolist()
    assert len(firms.map("__hash__")) == 40
    seen = []
    assert firms.do(lambda f: seen.append(f.unique_id)) is firms
    assert seen == ids(firms)
    seen.clear()
    firms.shuffle_do(lambda f: seen.append(f.unique_id))
    assert sorted(seen) == sorted(ids(firms))


def test_firms_come_and_go_by_the_model_only(firms):
    """Mesa's ways to add and remove are refused."""
    first = next(iter(firms))
    for refused in (lambda: firms.add(first), lambda: firms.discard(first), lambda: firms.remove(first), first.remove):
        with pytest.raises(TypeError, match="own rules"):
            refused()


def newcomers(ids_):
    """Columns of firms that arrive."""
    columns = {name: np.zeros(len(ids_)) for name in COLUMNS}
    return columns | {"id": np.array(ids_), "capital": np.arange(len(ids_)) + 100.0, "cell": np.full(len(ids_), 7)}


def test_a_window_follows_its_firm_from_row_to_row(model, firms):
    """When others leave and arrive, attributes stay the firm's own."""
    last = list(firms)[-1]
    capital, age, cell = last.capital, last.age, last.cell
    model.firms.turn_over(np.array([0, 3, 17]), newcomers([5000]))
    assert last.row != 39
    assert (last.capital, last.age, last.cell) == (capital, age, cell)
    assert (last.city, last.sector) == divmod(cell, 3)


def test_a_firm_that_left_raises_lookup_error(model, firms):
    """Its window says so, also when another firm has taken its row."""
    window = list(firms)[3]
    model.firms.turn_over(np.array([3]), newcomers([5000]))
    assert model.firms.id[3] == 5000
    for read in (lambda: window.capital, lambda: window.row, lambda: window.sector):
        with pytest.raises(LookupError, match=f"firm {window.unique_id} has left"):
            read()
    assert window not in firms


def test_a_part_made_before_a_turnover_never_shows_other_firms(model, firms):
    """A part is of its firms, in their order: those that leave drop out, newcomers in their rows do not get in."""
    part = firms.select(lambda f: f.capital > 2).sort("capital")
    whole, capital = ids(part), dict(zip(ids(part), part.get("capital"), strict=True))
    for quarter in range(6):
        n = len(model.firms)
        leaving = np.sort(np.random.default_rng(quarter).choice(n, 5, replace=False))
        gone = model.firms.id[leaving].tolist()
        model.firms.turn_over(leaving, newcomers([5000 + 10 * quarter + k for k in range(quarter)]))
        whole = [i for i in whole if i not in gone]
        assert ids(part) == whole
        assert len(part) == len(whole)
        assert part.get("capital").tolist() == [capital[i] for i in whole]
    assert 0 < len(whole) < len(capital)


def test_windows_are_equal_by_firm(model, firms):
    """Two windows on one firm are one key; those of another model are not."""
    a, b = list(firms)[:2]
    again = Firm(model, a.unique_id)
    assert a == again
    assert hash(a) == hash(again)
    assert a != b
    assert Firm(stub(), a.unique_id) != a
    assert len({a, again, b}) == 2


def test_a_firm_has_only_its_columns(firms):
    """A misspelt attribute is an error that names it; values are Python's own numbers."""
    first = next(iter(firms))
    with pytest.raises(AttributeError, match="capitl"):
        _ = first.capitl
    assert type(first.capital) is float
    assert type(first.age) is int


def test_the_economys_firms_are_this_set(economies, country):
    """Mesa's own ways in: `agents_by_type`, and nothing registered for each firm."""
    economy = economies.small_economy(country)
    firms = economy.agents_by_type[Firm]
    assert len(firms) == len(economy.firms)
    assert Firm not in {type(agent) for agent in economy.agents}
    economy.step()
    total = firms.groupby("city").agg("labour", sum)
    np.testing.assert_allclose([total[c] for c in range(6)], economy.city_measures()["employed_labour"])
    assert len(firms) == len(economy.firms)


def test_an_economy_is_freed_with_its_firms(economies, country):
    """No cycle outside the garbage collector's reach keeps a model alive."""
    economy = economies.small_economy(country)
    alive = weakref.ref(economy)
    window = next(iter(economy.agents_by_type[Firm]))
    assert window.model is economy
    del economy, window
    gc.collect()
    assert alive() is None
