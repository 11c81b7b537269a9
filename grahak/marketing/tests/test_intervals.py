"""The intervals hold the truth about as often as they say: textbook figures, and simulation with fixed seeds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator

from grahak.marketing import intervals
from grahak.marketing.intervals import Arm, Difference

ROUNDS = 1_000


def of(values: np.ndarray) -> Arm:
    """The group whose customers have these totals; zeros are no buyers."""
    return Arm(len(values), int(np.count_nonzero(values)), float(values.sum()), float((values**2).sum()))


def test_welch_is_welch() -> None:
    one = Arm(2_000, 1_000, 20_000.0, 1_200_000.0)  # mean 10, variance 500.25
    two = Arm(1_000, 500, 8_000.0, 364_000.0)  # mean 8, variance 300.3
    found = intervals.means_differ(one, two)
    assert found.welch
    assert found.value == pytest.approx(2)
    assert found.error == pytest.approx(math.sqrt(500.2501 / 2_000 + 300.3003 / 1_000), rel=1e-5)
    assert found.freedom == pytest.approx(2492.2, abs=0.1)
    assert (found.low, found.high) == (pytest.approx(0.5459, abs=1e-3), pytest.approx(3.4541, abs=1e-3))


def test_a_small_group_borrows_the_spread_of_both() -> None:
    one, two = Arm(900, 90, 9_000.0, 990_000.0), Arm(100, 8, 800.0, 74_000.0)
    found = intervals.means_differ(one, two)
    assert not found.welch
    spread = (899 * one.variance + 99 * two.variance) / 998
    assert found.error == pytest.approx(math.sqrt(spread * (1 / 900 + 1 / 100)))
    assert found.freedom == 998


def test_newcombes_own_example_of_two_shares() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table II: 56/70 and 48/80, method 10: 0.0524 to 0.3339."""
    found = intervals.shares_differ(Arm(70, 56), Arm(80, 48))
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_wilsons_interval_never_leaves_nought_and_one() -> None:
    assert intervals.wilson(0, 20) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert intervals.wilson(1, 20) == (pytest.approx(0.8389, abs=1e-4), 1.0)
    assert intervals.wilson(0.5, 0) == (0.0, 1.0)


def test_the_smallest_effect_that_is_noticed_is_the_textbooks() -> None:
    assert intervals.detectable(1.0) == pytest.approx(1.959964 + 0.841621, abs=1e-5)


def test_two_customers_are_needed() -> None:
    with pytest.raises(ValueError, match="two customers"):
        intervals.means_differ(Arm(1), Arm(50))


def normal(chance: Generator, n: int) -> np.ndarray:
    return chance.normal(1_000, 300, n)


def skewed(share: float, spread: float) -> Callable[[Generator, int], np.ndarray]:
    """Most buy nothing; what the SHARE who buy spend is log-normal with SPREAD, as in wholesale."""

    def draw(chance: Generator, n: int) -> np.ndarray:
        return np.where(chance.random(n) < share, chance.lognormal(7, spread, n), 0)

    return draw


CASES = {
    "normal": normal,
    "one in eight buys": skewed(0.12, 0.8),
    "heavy tail": skewed(0.12, 1.3),
    "heavier tail": skewed(0.05, 1.6),
    "one in fifty buys": skewed(0.02, 1.0),
}


def held(
    draw: Callable[[Generator, int], np.ndarray],
    sizes: tuple[int, int],
    interval: Callable[[Arm, Arm], Difference],
) -> float:
    """How often the interval holds the truth, which is nought: both groups are drawn alike."""
    chance = np.random.default_rng(20_261_123)
    found = (interval(of(draw(chance, sizes[0])), of(draw(chance, sizes[1]))) for _round in range(ROUNDS))
    return sum(one.low <= 0 <= one.high for one in found) / ROUNDS


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sizes", [(900, 100), (2_700, 300), (1_000, 1_000)], ids=str)
def test_the_interval_holds_the_truth_in_about_95_of_100_cases(case: str, sizes: tuple[int, int]) -> None:
    assert 0.92 <= held(CASES[case], sizes, intervals.means_differ) <= 0.97


def test_welch_alone_would_miss_where_few_are_held_out() -> None:
    """Why a small group borrows the spread of both: the reason is measured, not believed."""

    def welch(one: Arm, two: Arm) -> Difference:
        error = math.sqrt(one.variance / one.customers + two.variance / two.customers)
        value = one.mean - two.mean
        return Difference(value, value - 1.984 * error, value + 1.984 * error)

    assert held(CASES["heavy tail"], (900, 100), welch) < 0.88


def test_an_effect_of_the_smallest_size_is_noticed_in_four_of_five_cases() -> None:
    chance = np.random.default_rng(20_261_124)
    spread = 300 * math.sqrt(1 / 900 + 1 / 100)
    lift = intervals.detectable(spread, 998)
    found = 0
    for _round in range(ROUNDS):
        one, two = normal(chance, 900) + lift, normal(chance, 100)
        found += intervals.means_differ(of(one), of(two)).low > 0
    assert found / ROUNDS == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize("share", [0.02, 0.12, 0.5])
def test_the_interval_of_two_shares_holds_the_truth_too(share: float) -> None:
    chance = np.random.default_rng(20_261_125)
    inside = 0
    for _round in range(ROUNDS):
        one, two = Arm(900, int(chance.binomial(900, share))), Arm(100, int(chance.binomial(100, share)))
        found = intervals.shares_differ(one, two)
        inside += found.low <= 0 <= found.high
    assert 0.92 <= inside / ROUNDS <= 0.98
