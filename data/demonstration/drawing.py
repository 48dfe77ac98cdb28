"""Drawing the demonstration's courses: smooth curves through a few points, joined where they join, cut by town."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as ShapelyPoint
from shapely.ops import substring

from data.demonstration.waters import WATERS, Point, Sides, Stretch, Water

STEPS = 10
"""Points between two of the given ones."""
METRES = 111_195.0
"""One degree of latitude."""


@dataclass(frozen=True)
class Drawn:
    """A stretch with its geometry."""

    water: Water
    stretch: Stretch
    shape: LineString | Polygon

    @property
    def sides(self) -> Sides:
        """How its banks are given."""
        return self.stretch.sides

    def beside(self, share: float, metres: float) -> Point:
        """A point beside the course, `metres` to the left facing downstream (to the right if negative)."""
        line = self.shape.exterior if isinstance(self.shape, Polygon) else self.shape
        here = line.interpolate(share, normalized=True)
        ahead = line.interpolate(min(share + 0.01, 1.0), normalized=True)
        behind = line.interpolate(max(share - 0.01, 0.0), normalized=True)
        narrow = math.cos(math.radians(here.y))
        east, north = (ahead.x - behind.x) * narrow, ahead.y - behind.y
        length = math.hypot(east, north)
        return (
            round(here.x - north / length * metres / METRES / narrow, 6),
            round(here.y + east / length * metres / METRES, 6),
        )


def courses() -> dict[str, LineString | Polygon]:
    """Every water body's whole course, by name; tributaries end on the course they join."""
    drawn: dict[str, LineString | Polygon] = {}
    waiting = list(WATERS)
    while waiting:
        water = waiting.pop(0)
        if {water.starts_at, water.ends_at} - {"", *drawn}:
            waiting.append(water)
            continue
        if water.is_area:
            drawn[water.name] = Polygon(_rounded(water.points))
            continue
        points = list(water.points)
        for index, other in ((0, water.starts_at), (-1, water.ends_at)):
            if other:
                points[index] = _nearest(drawn[other], points[index])
        drawn[water.name] = LineString(_rounded(_curve(points)))
    return drawn


def stretches() -> list[Drawn]:
    """Every stretch of every water body, in the registry's order."""
    whole = courses()
    found = []
    for water in WATERS:
        begun = 0.0
        for stretch in water.stretches:
            shape = whole[water.name]
            if isinstance(shape, LineString):
                part = substring(shape, begun, stretch.until, normalized=True)
                shape = LineString(_rounded(part.coords))
            found.append(Drawn(water, stretch, shape))
            begun = stretch.until
    return found


def kilometres(shape: LineString | Polygon) -> float:
    """The length of a course, or of a shore, to ten metres."""
    line = shape.exterior if isinstance(shape, Polygon) else shape
    narrow = math.cos(math.radians(39.25))
    flat = LineString([(x * narrow * METRES, y * METRES) for x, y in line.coords])
    return round(float(flat.length) / 1000, 2)


def _nearest(course: LineString | Polygon, point: Point) -> Point:
    on_it = course.interpolate(course.project(ShapelyPoint(point)))
    return (on_it.x, on_it.y)


def _curve(points: Sequence[Point]) -> list[Point]:
    """A Catmull-Rom spline: smooth, and through every given point."""
    padded = [points[0], *points, points[-1]]
    drawn: list[Point] = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        drawn += [
            (_spline(a[0], b[0], c[0], d[0], n / STEPS), _spline(a[1], b[1], c[1], d[1], n / STEPS))
            for n in range(STEPS)
        ]
    return [*drawn, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def _rounded(points: Sequence[Point]) -> list[Point]:
    return [(round(x, 6), round(y, 6)) for x, y in points]
