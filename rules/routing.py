"""Which reach, and so which town, answers for a place.

Source: 《关于全面推行河长制的意见》 (厅字〔2016〕42号) makes each reach's chief responsible for it; the
distances are the district's settings. Positions are WGS-84 degrees, lengths metres. Where a river is the
boundary of two towns the bank decides (rules/banks.py), or the person who reports is asked.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from rules.banks import BANK_NAMES, SIDES, Bank, Place, told_apart
from rules.coordinates import Bounds, Plane, Position
from rules.refusal import Refusal
from rules.river_lines import INSIDE, RiverLines, bounds_of, parsed

_EVERYWHERE = Bounds(-180.0, -90.0, 180.0, 90.0)

__all__ = [
    "BANK_NAMES", "Bank", "Candidate", "Found", "Offered", "OutsideDistrict", "ReachShape", "Route",
    "Routing", "RoutingSettings", "TooFar", "WhichTown",
]  # fmt: skip


@dataclass(frozen=True)
class ReachShape:
    """A reach with its town, its water body and its course: WKT in WGS-84, lines running downstream."""

    reach: int
    town: int
    water_body: int
    bank: Bank
    wkt: str


@dataclass(frozen=True)
class RoutingSettings:
    """The district's distances in metres, and how many reaches are offered."""

    near_metres: float = 200
    far_metres: float = 1000
    boundary_metres: float = 30
    bank_metres: float = 1
    offered: int = 3


@dataclass(frozen=True)
class Candidate:
    """A reach, its town and how far it is."""

    reach: int
    town: int
    metres: float


@dataclass(frozen=True)
class Found:
    """One reach answers; the reason is a Chinese phrase to be stored with the decision."""

    reach: int
    town: int
    metres: float
    reason: str


@dataclass(frozen=True)
class WhichTown:
    """The place lies where towns meet: ask. One candidate a town, nearest first, at least two."""

    choices: tuple[Candidate, ...]


@dataclass(frozen=True)
class Offered:
    """No reach is near; these are not far, nearest first."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class TooFar:
    """No reach is within reach; metres to the nearest (infinite for an empty registry)."""

    metres: float


@dataclass(frozen=True)
class OutsideDistrict:
    """No reach is within reach, and the place lies outside the district."""


Route = Found | WhichTown | Offered | TooFar | OutsideDistrict


@dataclass(frozen=True)
class _Near:
    metres: float
    shape: ReachShape
    segment: int

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.shape.reach, self.shape.town, self.metres)


class Routing:
    """The registry's geometry, ready to be asked; build once per version of the registry.

    Raises Refusal naming the reach whose WKT cannot be used, ValueError for a reach given twice.
    """

    def __init__(self, shapes: Sequence[ReachShape], far_metres: float = 1000) -> None:
        self._shapes = tuple(shapes)
        self._number = {shape.reach: i for i, shape in enumerate(self._shapes)}
        if len(self._number) != len(self._shapes):
            raise ValueError("a reach is given twice")
        self._lines: RiverLines | None = None
        self.bounds = _EVERYWHERE
        if self._shapes:
            geometries = [_geometry(shape) for shape in self._shapes]
            b = bounds_of(geometries)
            self._plane = Plane(Position((b.west + b.east) / 2, (b.south + b.north) / 2))
            bodies = [shape.water_body for shape in self._shapes]
            sides = [SIDES[shape.bank] for shape in self._shapes]
            self._lines = RiverLines(geometries, bodies, sides, self._plane)
            east, north = self._plane.degrees_of(far_metres)
            self.bounds = Bounds(b.west - east, b.south - north, b.east + east, b.north + north)

    def route(self, position: Position, settings: RoutingSettings, bounds: Bounds | None = None) -> Route:
        """Who answers for a place; `bounds` is the district's extent, by default the geometry's, widened."""
        if self._lines is None:
            return TooFar(math.inf)
        near = self._nearest(position, settings.near_metres)
        if near:
            return self._decide(near, position, settings)
        far = self._nearest(position, settings.far_metres)
        if far:
            return Offered(tuple(n.candidate for n in far[: settings.offered]))
        if not (bounds or self.bounds).contains(position):
            return OutsideDistrict()
        return TooFar(self._lines.metres_to_any(*self._metres(position)))

    def near(self, position: Position, metres: float) -> list[Candidate]:
        """Every reach within `metres` of the position, nearest first."""
        return [n.candidate for n in self._nearest(position, metres)]

    def metres_to(self, reach: int, position: Position) -> float:
        """Metres from the position to a reach, 0 within its polygon; raises KeyError for an unknown reach."""
        number = self._number[reach]
        assert self._lines is not None
        return self._lines.metres_to(number, *self._metres(position))

    def _metres(self, position: Position) -> tuple[float, float]:
        return self._plane.metres(position.longitude, position.latitude)

    def _nearest(self, position: Position, radius: float) -> list[_Near]:
        if self._lines is None:
            return []
        found = self._lines.nearest(*self._metres(position), radius)
        near = [_Near(metres, self._shapes[owner], segment) for metres, owner, segment in found]
        return sorted(near, key=lambda n: (n.metres, n.shape.reach))

    def _decide(self, near: list[_Near], position: Position, settings: RoutingSettings) -> Found | WhichTown:
        places = [Place(n.shape.water_body, n.shape.bank, n.metres) for n in near]
        kept, by_bank = told_apart(
            places,
            lambda i: self._side(near[i], position, settings),
            settings.bank_metres,
            settings.boundary_metres,
        )
        left = [near[i] for i in kept]
        first = left[0]
        choices: dict[int, Candidate] = {}
        for n in left:
            if n.metres - first.metres <= settings.boundary_metres:
                choices.setdefault(n.shape.town, n.candidate)
        if len(choices) > 1:
            return WhichTown(tuple(choices.values()))
        if first.segment == INSIDE:
            reason = "位于水面范围内"
        elif kept[0] in by_bank:
            reason = f"按{BANK_NAMES[first.shape.bank]}判定，距离 {first.metres:.0f} 米"
        else:
            reason = f"最近河段，距离 {first.metres:.0f} 米"
        return Found(first.shape.reach, first.shape.town, first.metres, reason)

    def _side(self, near: _Near, position: Position, settings: RoutingSettings) -> int:
        assert self._lines is not None
        return self._lines.side(near.segment, *self._metres(position), settings.bank_metres)


def _geometry(shape: ReachShape) -> shapely.Geometry:
    try:
        return parsed(shape.wkt)
    except Refusal as refusal:
        raise Refusal(f"河段 {shape.reach}：{refusal}。") from refusal
