"""Where the rehearsal's problems lie: points along rivers of the demonstration district, far enough apart."""

import math
from dataclasses import dataclass
from itertools import pairwise

METRES_PER_DEGREE = 111_000
APART = 220
"""Metres between two spots: reports of two of them never join."""


@dataclass(frozen=True)
class Spot:
    """A point on a river (WGS-84) and the town that answers for it."""

    longitude: float
    latitude: float
    town: str


STRETCHES = {
    "天穆镇": ((117.14714, 39.19698), (117.15176, 39.18686), (117.15917, 39.1731), (117.162, 39.1692)),
    "北仓镇": ((117.1245, 39.2620), (117.14159, 39.26628), (117.15081, 39.26807), (117.16, 39.269)),
    "双街镇": ((117.079, 39.32412), (117.09405, 39.32738), (117.10216, 39.32859), (117.11, 39.329),
             (117.12162, 39.32793), (117.14, 39.32404)),
    "青光镇": ((117.041, 39.21302), (117.04745, 39.19703), (117.04908, 39.18804), (117.0497, 39.179)),
    "双口镇": ((117.036, 39.262), (117.03244, 39.24751), (117.03193, 39.24242), (117.03231, 39.2376),
             (117.034, 39.2317)),
}  # fmt: skip
"""Rivers as drawn in data/demonstration, each stretch inside one town whose chief is bound."""
CHIEFS = {
    "天穆镇": "chief_tianmu",
    "北仓镇": "chief_beicang",
    "双街镇": "chief_shuangjie",
    "青光镇": "chief_qingguang",
    "双口镇": "chief_shuangkou",
}


def spots() -> list[Spot]:
    """All spots, town after town."""
    return [spot for town, line in STRETCHES.items() for spot in _along(town, line)]


def _along(town: str, line: tuple[tuple[float, float], ...]) -> list[Spot]:
    found = []
    left = 0.0
    for (x1, y1), (x2, y2) in pairwise(line):
        east = (x2 - x1) * METRES_PER_DEGREE * math.cos(math.radians(y1))
        length = math.hypot(east, (y2 - y1) * METRES_PER_DEGREE)
        at = left
        while at <= length:
            share = at / length
            found.append(Spot(round(x1 + (x2 - x1) * share, 6), round(y1 + (y2 - y1) * share, 6), town))
            at += APART
        left = at - length
    return found
