"""What sectors have to do with each other, and what a place has of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.model.industries import (
    comparative_advantage,
    complexity,
    component_sectors,
    data_exponents,
    externality_elasticity,
    input_similarity,
    relatedness,
    relatedness_density,
    unrelated_variety,
)

INPUTS = np.array([[0.5, 0.1, 0.0, 0.3], [0.2, 0.4, 0.3, 0.3], [0.0, 0.3, 0.6, 0.3], [0.3, 0.2, 0.1, 0.1]])
"""Suppliers by row, users by column."""


def test_data_exponents_keep_the_nations_mean():
    """In proportion to the root of digital intensity, ζ on average by share of GDP."""
    share = np.array([0.2, 0.5, 0.3])
    got = data_exponents(0.018, np.array([0.04, 0.16, 0.64]), share)
    assert share @ got == pytest.approx(0.018)
    np.testing.assert_allclose(got / got[0], [1, 2, 4])


def test_similarity_is_a_weighted_cosine_and_one_to_itself():
    """Of the columns of inputs: what a sector buys."""
    got = input_similarity(INPUTS, 0.3)
    assert np.diag(got).tolist() == [1.0] * 4
    np.testing.assert_allclose(got, got.T)
    a, b = INPUTS[:, 0], INPUTS[:, 1]
    assert got[0, 1] == pytest.approx(0.3 * (a @ b) / np.sqrt((a @ a) * (b @ b)))
    assert ((got >= 0) & (got <= 1)).all()
    np.testing.assert_array_equal(input_similarity(INPUTS, 0.0), np.eye(4))


def test_components_of_a_table_made_by_hand():
    """The three largest strategic suppliers, not itself, not those that supply nothing; −1 fills up."""
    strategic = np.array([True, True, True, False])
    got = component_sectors(INPUTS, strategic)
    # The second and third sector supply the fourth alike: the first of equals comes first.
    assert got.tolist() == [[1, -1, -1], [2, 0, -1], [1, -1, -1], [0, 1, 2]]
    one = component_sectors(INPUTS, np.array([False, False, True, False]))
    assert one.tolist() == [[-1] * 3, [2, -1, -1], [-1] * 3, [2, -1, -1]]
    wide = np.array([[0.0, 0, 0, 0, 0.1], [0, 0, 0, 0, 0.4], [0, 0, 0, 0, 0.2], [0, 0, 0, 0, 0.3], [1.0, 1, 1, 1, 0]])
    assert component_sectors(wide, np.ones(5, bool))[4].tolist() == [1, 3, 2]


def test_comparative_advantage_by_hand():
    """Share of the place over share of the nation; nought in a sector nobody is in."""
    value = np.array([[3.0, 1.0, 0.0], [1.0, 3.0, 0.0]])
    np.testing.assert_allclose(comparative_advantage(value), [[1.5, 0.5, 0], [0.5, 1.5, 0]])
    alike = np.outer([1.0, 5.0, 9.0], [1.0, 2.0, 3.0])
    np.testing.assert_allclose(comparative_advantage(alike), 1.0)


def test_relatedness_by_hand():
    """Places strong in both over the larger number strong in either; none of the local sector or to itself."""
    advantage = np.array([[2.0, 2.0, 0.5, 2.0], [2.0, 0.5, 0.5, 2.0], [2.0, 1.0, 1.5, 0.5], [0.5, 0.5, 0.9, 2.0]])
    got = relatedness(advantage, np.array([False, False, False, True]))
    expected = np.zeros((4, 4))
    expected[0, 1] = expected[1, 0] = 2 / 3
    expected[0, 2] = expected[2, 0] = 1 / 3
    expected[1, 2] = expected[2, 1] = 1 / 2
    np.testing.assert_allclose(got, expected)
    assert (relatedness(np.zeros((3, 2)), np.zeros(2, bool)) == 0).all()


def test_density_by_hand():
    """φ-weighted mean of RCA / (1 + RCA); one in a sector related to none."""
    phi = np.array([[0.0, 0.5, 0.0], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]])
    got = relatedness_density(np.array([[1.0, 3.0, 0.0]]), phi)
    np.testing.assert_allclose(got, [[0.75, 0.5, 1.0]])
    three = np.array([[0.0, 0.5, 0.25], [0.5, 0.0, 0.0], [0.25, 0.0, 0.0]])
    assert relatedness_density(np.array([[1.0, 3.0, 1.0]]), three)[0, 0] == pytest.approx(
        (0.5 * 0.75 + 0.25 * 0.5) / 0.75
    )


@given(st.integers(0, 10**6))
def test_density_and_relatedness_are_shares(seed):
    """Between nought and one, φ symmetric, whatever a country makes."""
    rng = np.random.default_rng(seed)
    value = rng.uniform(0, 1, (7, 5)) ** 3 * (rng.uniform(size=(7, 5)) > 0.2)
    value[:, 4] += 0.1
    advantage = comparative_advantage(value)
    phi = relatedness(advantage, np.arange(5) == 4)
    np.testing.assert_array_equal(phi, phi.T)
    density = relatedness_density(advantage, phi)
    for values in (phi, density):
        assert ((values >= 0) & (values <= 1)).all()
    assert (density[:, 4] == 1).all()


def test_complexity_is_skill_and_research():
    """Talent's share of wages and R&D over value added."""
    got = complexity(np.array([0.3, 0.1]), np.array([0.02, 0.01]), np.array([0.5, 0.25]))
    np.testing.assert_allclose(got, [0.34, 0.14])


def test_variety_is_one_if_all_sectors_are_alike():
    """Entropy over its largest value; nought for a place of one sector."""
    got = unrelated_variety(np.array([[2.0, 2.0, 2.0, 2.0], [5.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]]))
    np.testing.assert_allclose(got, [1.0, 0.0, 0.5], atol=1e-15)


def test_externalities_of_clusters_and_areas():
    """Cells of designated clusters have the cluster's, other strategic ones of an area the area's, the rest none."""
    cluster = np.array([[True, False, False], [False, False, True], [False, False, False]])
    got = externality_elasticity(cluster, np.array([True, False, True]), np.array([True, True, False]), 0.03, 0.01)
    np.testing.assert_array_equal(got, [[0.03, 0.01, 0], [0, 0, 0.03], [0.01, 0.01, 0]])
