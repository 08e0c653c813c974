"""Benjamini and Hochberg's procedure: their own example, esda, and what is no test."""

import numpy as np
import pytest
from esda import fdr
from scipy.stats import false_discovery_control

from app.analysis.fdr import adjusted, benjamini_hochberg

# Benjamini and Hochberg 1995, section 4: fifteen tests of a treatment after heart attacks
EXAMPLE = np.array(
    [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]
)


def test_the_paper_s_example_rejects_four() -> None:
    assert benjamini_hochberg(EXAMPLE, 0.05).tolist() == [True] * 4 + [False] * 11


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_esda_and_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.permutation(np.concatenate([rng.uniform(size=150), rng.beta(0.2, 20, 50)]))
    assert adjusted(p) == pytest.approx(false_discovery_control(p), abs=1e-12)
    for q in (0.01, 0.05, 0.1):
        assert np.array_equal(benjamini_hochberg(p, q), p <= fdr(p, q))


def test_order_and_tests_not_made_do_not_matter() -> None:
    shuffled = np.random.default_rng(1).permutation(EXAMPLE)
    assert benjamini_hochberg(shuffled).sum() == 4
    with_gaps = np.concatenate([[np.nan], EXAMPLE, [np.nan, np.nan]])
    assert benjamini_hochberg(with_gaps)[1:-2].tolist() == benjamini_hochberg(EXAMPLE).tolist()
    assert not benjamini_hochberg(with_gaps)[[0, -1]].any()


def test_no_tests_at_all() -> None:
    assert benjamini_hochberg(np.empty(0)).tolist() == []
    assert benjamini_hochberg(np.full(3, np.nan)).tolist() == [False] * 3
    assert benjamini_hochberg(np.ones(5)).tolist() == [False] * 5


def test_forgetting_it_would_show_hot_spots_in_noise() -> None:
    """Seeded: of 2,000 tests of nothing about 100 are below 5 %; corrected, none."""
    p = np.random.default_rng(4).uniform(size=2000)
    assert (p <= 0.05).sum() > 80
    assert benjamini_hochberg(p).sum() == 0
