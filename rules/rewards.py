"""Reward and subsidy (奖补): money that follows places, and sums exactly to its pool, or to zero.

Source: 《天津市水环境区域补偿办法》(津政办发〔2018〕3号) for the ladder; pools divided by bands as in 嵊州 and 佛山.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rules.apportioning import apportion
from rules.assessment_rulebook import RewardRule
from rules.refusal import Refusal


@dataclass(frozen=True)
class Placed:
    """A unit with its place, in the order listed."""

    unit: str
    place: int
    group: str = ""


def money(rule: RewardRule, placed: Sequence[Placed]) -> dict[str, Decimal]:
    """What each unit gets (or pays, where negative), in the rule's unit of money. Raises Refusal.

    By bands, the pool is divided over all units by the shares of their places: it is given out whole. By the ladder,
    each group sums to zero, and units that share a place share what their places would get together.
    """
    return _by_bands(rule, placed) if rule.bands else _by_ladder(rule, placed)


def _by_bands(rule: RewardRule, placed: Sequence[Placed]) -> dict[str, Decimal]:
    shares = [_shares(rule, one.place) for one in placed]
    if not placed:
        return {}
    if not any(shares):
        raise Refusal("没有单位的名次落在有奖补的档里，请检查考核办法 [rewards] 各档的 shares。")
    return dict(zip((one.unit for one in placed), apportion(rule.pool, shares, rule.smallest), strict=True))


def _shares(rule: RewardRule, place: int) -> Fraction:
    fits = (band for band in rule.bands if band.first <= place and (band.last is None or place <= band.last))
    return next((Fraction(band.shares) for band in fits), Fraction(0))


def _by_ladder(rule: RewardRule, placed: Sequence[Placed]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for group in dict.fromkeys(one.group for one in placed):
        members = [one for one in placed if one.group == group]
        for place in sorted({one.place for one in members}):
            equal = [one.unit for one in members if one.place == place]
            together = sum((rung(place + n, len(members)) for n in range(len(equal))), 0) * rule.step
            parts = apportion(together, [Fraction(1)] * len(equal), rule.smallest)
            sums.update(zip(equal, parts, strict=True))
    return sums


def rung(place: int, units: int) -> int:
    """How many steps a place is above (or, negative, below) zero; the middle one or two places are at zero.

    Of 16 units: 7, 6, … 1, 0, 0, −1, … −7.
    """
    above = (units - 1) // 2
    if place <= above:
        return above - place + 1
    return min(0, units - above - place)
