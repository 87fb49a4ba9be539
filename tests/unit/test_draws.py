"""Random numbers that belong to a decision, a quarter and an entity."""

import numpy as np
import pytest
from scipy import stats

from nqpf.model.counts import _uniform
from nqpf.model.draws import Draws

_GOLDEN = 0x9E3779B97F4A7C15
_WORD = 1 << 64


def unmixed(z: int) -> int:
    """The number that SplitMix64's output function maps to z."""

    def unshifted(x: int, by: int) -> int:
        y = x
        for _ in range(64 // by):
            y = x ^ (y >> by)
        return y

    z = unshifted(z, 31)
    z = z * pow(0x94D049BB133111EB, -1, _WORD) % _WORD
    z = unshifted(z, 27)
    z = z * pow(0xBF58476D1CE4E5B9, -1, _WORD) % _WORD
    return unshifted(z, 30)


def entity_with_hash(draws: Draws, word: int) -> np.ndarray:
    """The one entity id whose hash under ("a", 1) is `word`, as a 64-bit integer of one element."""
    entity = (unmixed(unmixed(word)) - int(draws.key("a", 1))) * pow(_GOLDEN, -1, _WORD) % _WORD
    return np.array([entity], dtype=np.uint64).view(np.int64)


@pytest.mark.parametrize(("word", "expected"), [(0, 2.0**-54), (_WORD - 1, 1 - 2.0**-53), (1 << 63, 0.5 + 2.0**-54)])
def test_no_uniform_is_zero_or_one(word, expected):
    """The ids whose hash is all zeros and all ones get the ends of the range, both inside (0, 1)."""
    draws = Draws(11)
    entity = entity_with_hash(draws, word)
    u = draws.uniform("a", 1, entity)[0]
    assert 0 < u < 1
    assert u == expected
    assert _uniform(draws.key("a", 1), entity[0]) == u


def test_numpy_and_numba_give_the_same_numbers():
    """The compiled chain of binomials sees the same uniforms, bit by bit."""
    draws = Draws(5)
    ids = np.concatenate([np.arange(2000), np.array([2**31, 2**40 + 3, 2**62])])
    key = draws.key("move labour", 8096)
    assert [_uniform(key, int(i)) for i in ids] == draws.uniform("move labour", 8096, ids).tolist()


def test_python_integers_give_the_same_numbers(reference):
    """A third implementation, in whole numbers of any length, agrees bit by bit."""
    ids = np.array([0, 1, 2, 335, 4031, 10**9, 2**62])
    got = Draws(123).uniform("exit", 8100, ids)
    assert got.tolist() == [reference.uniform(123, "exit", 8100, int(i)) for i in ids]


def test_an_entitys_number_does_not_depend_on_the_others():
    """Fewer, more, or other entities leave a draw as it was, and an order only orders it."""
    draws = Draws(1)
    all_ids = np.arange(1000) * 7
    u = draws.uniform("exit", 3, all_ids)
    order = np.random.default_rng(0).permutation(1000)
    np.testing.assert_array_equal(draws.uniform("exit", 3, all_ids[order]), u[order])
    np.testing.assert_array_equal(draws.uniform("exit", 3, all_ids[100:110]), u[100:110])
    np.testing.assert_array_equal(draws.uniform("exit", 3, np.append(all_ids, 5))[:-1], u)
    np.testing.assert_array_equal(draws.uniform("exit", 3, all_ids.reshape(10, 100)), u.reshape(10, 100))


def test_ids_are_not_written_to():
    """Hashing works on a copy."""
    ids = np.arange(5, dtype=np.uint64)
    Draws(1).uniform("exit", 3, ids)
    assert ids.tolist() == [0, 1, 2, 3, 4]


def test_a_seed_gives_the_same_numbers_for_ever():
    """A run of today can be repeated: these are the numbers, on any machine."""
    np.testing.assert_array_equal(
        Draws(7).uniform("exit", 8096, np.array([0, 1, 123456])),
        [0.23453832235787658, 0.2953905182213263, 0.4153375722344141],
    )


def test_uniforms_are_uniform():
    """Chi-squared over 64 cells, for consecutive ids and for ids a cell count apart."""
    for ids in (np.arange(200_000), np.arange(200_000) * 4032 + 17):
        u = Draws(7).uniform("improve", 8096, ids)
        counts = np.bincount((u * 64).astype(int), minlength=64)
        assert stats.chisquare(counts).pvalue > 1e-3
        assert abs(u.mean() - 0.5) < 4 * np.sqrt(1 / 12 / len(u))


def pairs():
    """Two series of uniforms that a run takes to be independent, by what sets them apart."""
    draws, ids = Draws(7), np.arange(100_000)
    u = draws.uniform("exit", 8096, ids)
    return {
        "entity": (u[:-1], u[1:]),
        "quarter": (u, draws.uniform("exit", 8097, ids)),
        "decision": (u, draws.uniform("entry", 8096, ids)),
        "seed": (u, Draws(8).uniform("exit", 8096, ids)),
    }


@pytest.mark.parametrize("apart", ["entity", "quarter", "decision", "seed"])
def test_neighbouring_draws_are_independent(apart):
    """Chi-squared over 16 × 16 cells of two series that differ in one thing."""
    a, b = pairs()[apart]
    cells = (a * 16).astype(int) * 16 + (b * 16).astype(int)
    assert stats.chisquare(np.bincount(cells, minlength=256)).pvalue > 1e-3
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(len(a))


def test_keys_tell_names_apart():
    """Seed, decision and quarter cannot run into one another."""
    keys = {int(Draws(s).key(d, q)) for s in (1, 11) for d in ("a", "a1", "1/a") for q in (1, 11)}
    assert len(keys) == 12
