"""A test that can be looked at as often as one likes: the mixture sequential probability ratio test.

R. Johari, L. Pekelis, D. J. Walsh: Always Valid Inference: Bringing Sequential Analysis to A/B Testing (2015), after
H. Robbins (1970). For a difference d of two means with variance s² the ratio, mixed over N(0, τ²), is

    Λ = √(s² / (s² + τ²)) · exp(τ² d² / (2 s² (s² + τ²)))

Under "no difference" it is a martingale that begins at 1, so the chance that it EVER reaches 1/α is at most α (Ville),
however often one peeks; 1/Λ is an always-valid p-value. s² is told from the data, which holds once there are some.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ALPHA: Final = 0.05
FEWEST: Final = 100  # people in each arm before anything is said
FEWEST_HITS: Final = 20  # who clicked, or bought, in the two arms together
EFFECT: Final = 0.25  # τ as a share of the mean: differences of about a quarter are found soonest


@dataclass(frozen=True)
class Arm:
    """One way of saying it: N people, the SUM over them of what is counted (clicks: 1 or 0; money: net revenue) and of
    its SQUARES, and how many have any (HITS)."""

    code: str
    n: int
    sum: float
    squares: float
    hits: int

    @classmethod
    def of_shares(cls, code: str, n: int, hits: int) -> Arm:
        """An arm where each either did something or did not."""
        return cls(code, n, hits, hits, hits)

    @property
    def mean(self) -> float:
        return self.sum / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Of one person's value, about the mean; never below 0."""
        if self.n < 2:
            return 0.0
        return max(0.0, (self.squares - self.sum * self.sum / self.n) / (self.n - 1))


def enough(one: Arm, other: Arm) -> bool:
    """Whether there are enough to say anything."""
    return min(one.n, other.n) >= FEWEST and one.hits + other.hits >= FEWEST_HITS


def ratio(one: Arm, other: Arm) -> float:
    """Λ, for a difference of any size against none. 1 says nothing; 20 says "less than one in twenty"."""
    if not enough(one, other):
        return 1.0
    pooled = (one.sum + other.sum) / (one.n + other.n)
    spread = _pooled_variance(one, other, pooled)
    s2 = spread * (1 / one.n + 1 / other.n)
    tau2 = (EFFECT * pooled) ** 2
    if s2 <= 0 or tau2 <= 0:
        return 1.0
    d = one.mean - other.mean
    power = tau2 * d * d / (2 * s2 * (s2 + tau2))
    return math.sqrt(s2 / (s2 + tau2)) * math.exp(min(power, 700.0))


def _pooled_variance(one: Arm, other: Arm, mean: float) -> float:
    """Of all of them about their common mean: what it is where there is no difference, and larger where there is."""
    n = one.n + other.n
    return max(0.0, (one.squares + other.squares - n * mean * mean) / (n - 1))


def p_value(one: Arm, other: Arm) -> float:
    """The always-valid p-value of this look; a reader who stops at the first one below α is wrong in at most α of
    all tests without a difference."""
    return min(1.0, 1 / ratio(one, other))


def interval(one: Arm, other: Arm, alpha: float = ALPHA) -> tuple[float, float] | None:
    """Between what and what the difference of the means ONE − OTHER lies, at all looks at once (a confidence sequence
    of the same mixture); None where there are too few."""
    if not enough(one, other):
        return None
    pooled = (one.sum + other.sum) / (one.n + other.n)
    s2 = _pooled_variance(one, other, pooled) * (1 / one.n + 1 / other.n)
    tau2 = (EFFECT * pooled) ** 2
    if s2 <= 0 or tau2 <= 0:
        return None
    half = math.sqrt(2 * s2 * (s2 + tau2) / tau2 * math.log(math.sqrt((s2 + tau2) / s2) / alpha))
    d = one.mean - other.mean
    return d - half, d + half


@dataclass(frozen=True)
class Look:
    """What one look says. BEST has the highest mean; SURE: it is better than each other, and that comes about by
    chance in fewer than ALPHA of all tests; TIED with another of the very same mean; FEW: too few to tell. P is the
    largest of its p-values, made to stand for all pairs (Bonferroni)."""

    best: Arm
    second: Arm
    p: float
    is_sure: bool
    is_tied: bool
    is_few: bool


def look(arms: Sequence[Arm], alpha: float = ALPHA) -> Look:
    """Look at two arms or more."""
    ranked = sorted(arms, key=lambda arm: (-arm.mean, arm.code))
    best, others = ranked[0], ranked[1:]
    pairs = len(arms) * (len(arms) - 1) / 2
    p = max(min(1.0, p_value(best, other) * pairs) for other in others)
    few = any(not enough(best, other) for other in others)
    tied = others[0].mean == best.mean
    return Look(best, others[0], p, p < alpha and not few and not tied, tied, few)
