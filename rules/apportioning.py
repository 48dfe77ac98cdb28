"""Sharing an amount out exactly: fractions inside, decimals outside, and the parts sum to the whole."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

_HALF = Fraction(1, 2)


def half_up(amount: Fraction, quantum: Decimal) -> Decimal:
    """The nearest multiple of `quantum`; a half goes up (away from zero)."""
    steps = floor(abs(amount) / Fraction(quantum) + _HALF)
    return (steps if amount >= 0 else -steps) * quantum


def apportion(total: Decimal, shares: Sequence[Fraction], quantum: Decimal) -> list[Decimal]:
    """Multiples of `quantum` in proportion to `shares`, summing to `total` (largest remainders first).

    `total` is a multiple of `quantum`; shares are not negative and at least one is positive. Equal remainders: the
    earlier share first.
    """
    steps = abs(int(total / quantum))
    whole = sum(shares)
    ideal = [share * steps / whole for share in shares]
    parts = [floor(one) for one in ideal]
    by_remainder = sorted(range(len(parts)), key=lambda n: parts[n] - ideal[n])
    for n in by_remainder[: steps - sum(parts)]:
        parts[n] += 1
    return [(part if total >= 0 else -part) * quantum for part in parts]
