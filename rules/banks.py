"""Telling the two banks of a river apart, where its reaches are given bank by bank.

《中华人民共和国水法》第十二条 has water managed by basin and by administrative district: where the river
is the boundary, each side answers for its own bank. Left and right are seen facing downstream.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_EQUAL_METRES = 0.01
_SAME_POINT_METRES = 1e-6


class Bank(StrEnum):
    """Which bank a reach answers for (BANK_NAMES gives the Chinese)."""

    BOTH = "both"
    LEFT = "left"
    RIGHT = "right"


BANK_NAMES = {Bank.BOTH: "两岸", Bank.LEFT: "左岸", Bank.RIGHT: "右岸"}
SIDES = {Bank.BOTH: 0, Bank.LEFT: 1, Bank.RIGHT: -1}
"""On which side of a line running downstream the bank lies: 1 left, −1 right."""


@dataclass(frozen=True)
class Place:
    """A reach near the place in question: its water body, its bank, and how far it is in metres."""

    water_body: int
    bank: Bank
    metres: float


def told_apart(
    places: Sequence[Place], side_of: Callable[[int], int], bank_metres: float, opposite_metres: float
) -> tuple[list[int], set[int]]:
    """(the numbers that are left, those among them a bank decided for), in the order given: nearest first.

    `side_of(number)` says on which side of that reach's line the place lies: 1 left, −1 right, 0 undecided.
    Among reaches of one water body with differing banks, those on whose bank the place lies are left. Where
    that does not tell them apart, or the place is within `bank_metres` of the line, the nearer bank is left,
    both if they are equally near.
    """
    gone: set[int] = set()
    decided: set[int] = set()
    for body in {place.water_body for place in places}:
        group = [i for i, p in enumerate(places) if p.water_body == body and p.bank is not Bank.BOTH]
        if len({places[i].bank for i in group}) < 2:
            continue
        nearest = places[group[0]].metres
        mine = [i for i in group if side_of(i) == SIDES[places[i].bank]] if nearest > bank_metres else []
        kept = _of_the_nearest_bank(places, mine, _SAME_POINT_METRES)
        # a reach much farther than the nearest lies up or down the river, not opposite, and decides nothing
        if len({places[i].bank for i in kept}) == 1 and places[kept[0]].metres - nearest <= opposite_metres:
            decided.update(kept)
        else:
            kept = _of_the_nearest_bank(places, group, _EQUAL_METRES)
        gone.update(set(group) - set(kept))
    return [i for i in range(len(places)) if i not in gone], decided


def _of_the_nearest_bank(places: Sequence[Place], group: list[int], equal: float) -> list[int]:
    """Those of the group on the bank of its nearest, of both banks where they are `equal` metres near."""
    limit = places[group[0]].metres + equal if group else 0.0
    banks = {places[i].bank for i in group if places[i].metres <= limit}
    return [i for i in group if places[i].bank in banks]
