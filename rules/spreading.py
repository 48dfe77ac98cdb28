"""Where weight goes that a unit is not judged by (分值分摊): over its other items, so that a hundred stays a hundred.

Source: 蓟州区 2023-01 (frozen rivers suspend their item) and docs/rules.md: never scored as zero, never as full.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from rules.apportioning import apportion
from rules.assessment_rulebook import Item, Spread


def weights(
    items: Sequence[Item], judged: Collection[str], spread: Spread, quantum: Decimal
) -> Mapping[str, Decimal]:
    """The weight of each judged item, by key: what the items weigh together, in the proportions of their points.

    `items`: those of the hundred; `judged`: the keys of those the unit is judged by.
    """
    kept = [item for item in items if item.key in judged]
    if not kept:
        return {}
    total = sum((item.points for item in items), Decimal(0))
    headings = [_heading(item) if spread == Spread.HEADING else "" for item in items]
    of_heading = _sums(items, headings, {item.key for item in items})
    left = _sums(items, headings, judged)
    shares = [
        Fraction(item.points) * of_heading[heading] / left[heading]
        for item, heading in zip(items, headings, strict=True)
        if item.key in judged
    ]
    return dict(zip([item.key for item in kept], apportion(total, shares, quantum), strict=True))


def _heading(item: Item) -> str:
    """The heading it stands under; an item without one stands by itself."""
    return item.heading or f"\n{item.key}"


def _sums(items: Sequence[Item], headings: Sequence[str], keys: Collection[str]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for item, heading in zip(items, headings, strict=True):
        if item.key in keys:
            sums[heading] = sums.get(heading, Fraction(0)) + Fraction(item.points)
    return sums
