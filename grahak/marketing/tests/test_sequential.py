"""The test that peeking can't fool: simulated without a difference, it finds one in no more than one of twenty."""

import math

import numpy as np
import pytest

from grahak.marketing import sequential
from grahak.marketing.sequential import Arm, interval, look, p_value

TESTS, LOOKS, EACH = 1_000, 100, 40  # after every 40 people an arm somebody looks, up to 4,000


def false_winners(draw, arms: int, seed: int) -> float:
    """The share of tests without any difference in which some look was sure."""
    chance = np.random.default_rng(seed)
    values = draw(chance, (TESTS, arms, LOOKS, EACH))
    sums = values.sum(axis=3).cumsum(axis=2)
    squares = (values**2).sum(axis=3).cumsum(axis=2)
    hits = (values != 0).sum(axis=3).cumsum(axis=2)
    wrong = 0
    for test in range(TESTS):
        for at in range(LOOKS):
            n = (at + 1) * EACH
            found = [
                Arm(
                    "ABC"[arm],
                    n,
                    float(sums[test, arm, at]),
                    float(squares[test, arm, at]),
                    int(hits[test, arm, at]),
                )
                for arm in range(arms)
            ]
            if look(found).is_sure:
                wrong += 1
                break
    return wrong / TESTS


def clicks(rate):
    return lambda chance, shape: (chance.random(shape) < rate).astype(float)


def money(chance, shape):
    """Four in a hundred buy, for amounts with a long tail."""
    return (chance.random(shape) < 0.04) * chance.lognormal(7, 1, shape)


@pytest.mark.parametrize(
    ("draw", "arms"), [(clicks(0.02), 2), (clicks(0.2), 2), (clicks(0.05), 3), (money, 2)]
)
def test_who_looks_all_the_time_is_fooled_in_at_most_one_of_twenty(draw, arms):
    assert false_winners(draw, arms, seed=20_261_123) <= 0.05


def test_a_difference_that_is_there_is_found():
    a, b = Arm.of_shares("A", 2_000, 80), Arm.of_shares("B", 2_000, 140)
    found = look([a, b])
    assert (found.best.code, found.is_sure, found.is_tied, found.is_few) == ("B", True, False, False)
    assert found.p < 0.01
    low, high = interval(b, a) or (0, 0)
    assert 0 < low < 0.03 < high


def test_too_few_and_ties_are_no_winners():
    assert look([Arm.of_shares("A", 99, 20), Arm.of_shares("B", 99, 60)]).is_few
    assert look([Arm.of_shares("A", 5_000, 5), Arm.of_shares("B", 5_000, 14)]).is_few
    tie = look([Arm.of_shares("A", 1_000, 50), Arm.of_shares("B", 1_000, 50)])
    assert (tie.best.code, tie.is_tied, tie.is_sure) == ("A", True, False)


def test_the_ratio_is_that_of_the_paper():
    a, b = Arm.of_shares("A", 1_000, 50), Arm.of_shares("B", 1_000, 80)
    pooled = 130 / 2_000
    s2 = (130 - 2_000 * pooled**2) / 1_999 * 2 / 1_000
    tau2 = (sequential.EFFECT * pooled) ** 2
    expected = math.sqrt(s2 / (s2 + tau2)) * math.exp(tau2 * 0.03**2 / (2 * s2 * (s2 + tau2)))
    assert p_value(a, b) == pytest.approx(1 / expected)
    assert sequential.ratio(a, b) == pytest.approx(expected)


def test_the_interval_leaves_out_no_difference_exactly_where_the_look_is_sure():
    for hits in range(50, 120):
        a, b = Arm.of_shares("A", 1_000, 50), Arm.of_shares("B", 1_000, hits)
        low, _high = interval(b, a) or (0, 0)
        assert (low > 0) == (p_value(b, a) < sequential.ALPHA)
