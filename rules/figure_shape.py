"""Whether a figure that was handed in is of the kind its item is judged by: a share, or a plain number.

A percentage written where a share is meant (80 for 80 %) would be full points, a score written as a share none: both
are mistakes of whoever filled the sheet in, and are named to them.
"""

from collections.abc import Iterator
from decimal import Decimal

from rules.assessment_rulebook import Item, Slope


def is_share(item: Item) -> bool:
    """Its scale lies between 0 and 1: full from 1.0 or 0.95 on, none from 0.5."""
    bounds = list(_bounds(item))
    return any(0 < one < 1 for one in bounds) and all(0 <= one <= 1 for one in bounds)


def is_no_share(item: Item) -> bool:
    """Its scale begins at 1 or beyond (a score of 60 to 95, a number of places): a share would say nothing there."""
    bounds = list(_bounds(item))
    return bool(bounds) and all(one >= 1 for one in bounds)


def not_a_share(item: Item, numerator: Decimal, denominator: Decimal | None) -> bool:
    """A share was meant, and this is none."""
    return is_share(item) and denominator is None and not 0 <= numerator <= 1


def not_plain(item: Item, denominator: Decimal | None) -> bool:
    """A plain number was meant, and this is a share."""
    return is_no_share(item) and bool(denominator)


def _bounds(item: Item) -> Iterator[Decimal]:
    if isinstance(item.scale, Slope):
        yield from (item.scale.full, item.scale.zero)
    elif isinstance(item.scale, tuple):
        yield from (band.start for band in item.scale if band.start is not None)
