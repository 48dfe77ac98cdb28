"""Places (名次): equal results share a place and the next are left out (1, 2, 2, 4)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

Standing = tuple[Decimal | Fraction, ...]
"""What a unit is ranked by, the first that differs decides; smaller is better."""


def places(standings: Mapping[str, Standing]) -> dict[str, int]:
    """The place of each, by key: one more than the number of those that are better."""
    found: dict[str, int] = {}
    place, before = 0, None
    for n, (key, standing) in enumerate(sorted(standings.items(), key=lambda one: one[1]), 1):
        if standing != before:
            place, before = n, standing
        found[key] = place
    return found


def last_of(placed: Mapping[str, int], how_many: int) -> frozenset[str]:
    """The last so many, never more: where those at the border share a place, none of them is among the last."""
    ordered = sorted(placed.values())
    first = next((place for n, place in enumerate(ordered) if len(ordered) - n <= how_many), None)
    if first is None:
        return frozenset()
    crowded = sum(place >= first for place in ordered) > how_many
    return frozenset(
        key for key, place in placed.items() if place > first or (place == first and not crowded)
    )
