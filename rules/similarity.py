"""When two reports speak of one problem, and two pictures are one.

The distance and the days are the district's settings; no regulation sets them.
"""

import math
from datetime import datetime, timedelta

from rules.coordinates import Plane, Position


def metres_between(one: Position, other: Position) -> float:
    """Metres between two WGS-84 positions, true to 1 in 100,000 for a few kilometres."""
    return math.hypot(*Plane(one).metres(other.longitude, other.latitude))


def joins(
    position: Position,
    kind: str,
    at: datetime,
    other_position: Position,
    other_kind: str,
    other_at: datetime,
    metres: float = 100,
    days: int = 30,
) -> bool:
    """Whether a report belongs to an open case: the same kind, within `metres` and `days` (edges included).

    Both times are aware instants; which came first does not matter.
    """
    return (
        kind == other_kind
        and abs(at - other_at) <= timedelta(days=days)
        and metres_between(position, other_position) <= metres
    )


def same_picture(hash_a: str, hash_b: str, bits: int) -> bool:
    """Whether two perceptual hashes (hexadecimal, of one length) differ in at most `bits` bits.

    An empty hash is like none. Raises ValueError for what is not hexadecimal.
    """
    if not hash_a or len(hash_a) != len(hash_b):
        return False
    return (int(hash_a, 16) ^ int(hash_b, 16)).bit_count() <= bits
