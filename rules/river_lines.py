"""The registry's geometry as single segments on a plane: which lie near a point, and on which side it is."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from rules.coordinates import Bounds, Floats, Plane
from rules.refusal import Refusal

Ints = NDArray[np.int64]
NONE = -1
INSIDE = -1
"""The segment of a point that lies within a polygon: it is near none."""

_KINDS = {
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTIPOLYGON,
}


def parsed(wkt: str) -> shapely.Geometry:
    """The geometry of a WKT line or polygon (also MULTI… and Z; Z is dropped), in WGS-84 degrees as given.

    Raises Refusal saying what is wrong: unreadable, another kind, empty, of no length, out of range,
    longitude and latitude exchanged, a polygon that crosses itself.
    """
    try:
        with np.errstate(invalid="ignore"):
            geometry = shapely.force_2d(shapely.from_wkt(wkt.strip()))
    except (shapely.errors.ShapelyError, AttributeError, TypeError) as error:
        raise Refusal("几何不是有效的 WKT") from error
    if geometry is None or shapely.get_type_id(geometry) not in _KINDS:
        raise Refusal("几何应为 LINESTRING、MULTILINESTRING 或 POLYGON")
    at = shapely.get_coordinates(geometry)
    if not len(at) or not np.isfinite(at).all() or shapely.length(geometry) == 0:
        raise Refusal("几何是空的，或没有长度")
    if ((at[:, 1] >= 73) & (at[:, 1] <= 136) & (at[:, 0] >= 3) & (at[:, 0] <= 54)).all():
        raise Refusal("几何的经度和纬度写反了，应经度在前")
    if (np.abs(at[:, 0]) > 180).any() or (np.abs(at[:, 1]) > 90).any():
        raise Refusal("几何的坐标超出范围，应为 WGS-84 经纬度（度）")
    if not shapely.is_valid(geometry):
        raise Refusal("几何的多边形自相交或不完整")
    return geometry


def bounds_of(geometries: Sequence[shapely.Geometry]) -> Bounds:
    """The rectangle in degrees around all geometries (at least one)."""
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(np.asarray(geometries)))
    return Bounds(west, south, east, north)


class RiverLines:
    """Lines and rings taken apart into segments; owners are numbered as they were given.

    `bodies` names each owner's water body, `sides` 1 where it is a left bank, −1 a right bank, 0 both: lines
    of one body that meet end to end are followed through, so that the side does not flip where reaches meet
    in a bend.
    """

    def __init__(
        self,
        geometries: Sequence[shapely.Geometry],
        bodies: Sequence[int],
        sides: Sequence[int],
        plane: Plane,
    ) -> None:
        self._plane = plane
        lines, self._line_owner, is_ring = _parts(geometries)
        self._cut(lines, is_ring)
        self._join(bodies, sides)
        self._tree = shapely.STRtree(shapely.linestrings(np.stack([self._start, self._end], axis=1)))
        self._polygons, self._polygon_owner = self._areas(geometries)
        self._areas_tree = shapely.STRtree(self._polygons)
        for tree in (self._tree, self._areas_tree):
            tree.query(shapely.Point(0, 0))  # builds the tree now, not in the first person's request

    def _cut(self, lines: list[Floats], is_ring: list[bool]) -> None:
        points = np.concatenate(lines)
        xy = np.stack(self._plane.metres(points[:, 0], points[:, 1]), axis=1)
        line = np.repeat(np.arange(len(lines)), [len(part) for part in lines])
        keep = (line[1:] == line[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
        self._start, self._end = xy[:-1][keep], xy[1:][keep]
        self._line: Ints = line[:-1][keep].astype(np.int64)
        self.owner: Ints = np.asarray(self._line_owner, dtype=np.int64)[self._line]
        self._is_ring = np.asarray(is_ring)[self._line]

    def _join(self, bodies: Sequence[int], sides: Sequence[int]) -> None:
        """Find each segment's neighbours: along its line, and over the line's ends into the next line."""
        n = len(self._line)
        same = self._line[1:] == self._line[:-1]
        self._next: Ints = np.full(n, NONE, dtype=np.int64)
        self._previous: Ints = np.full(n, NONE, dtype=np.int64)
        self._next[:-1][same] = np.arange(1, n)[same]
        self._previous[1:][same] = np.arange(n - 1)[same]
        starting, ending = defaultdict(list), defaultdict(list)
        firsts, lasts = np.flatnonzero(self._previous == NONE), np.flatnonzero(self._next == NONE)
        for i in firsts:
            starting[bodies[self.owner[i]], *np.round(self._start[i], 2)].append(int(i))
        for i in lasts:
            ending[bodies[self.owner[i]], *np.round(self._end[i], 2)].append(int(i))
        for i in firsts:
            ways = ending[bodies[self.owner[i]], *np.round(self._start[i], 2)]
            self._previous[i] = self._one(ways, sides, sides[self.owner[i]])
        for i in lasts:
            ways = starting[bodies[self.owner[i]], *np.round(self._end[i], 2)]
            self._next[i] = self._one(ways, sides, sides[self.owner[i]])

    def _one(self, ways: list[int], sides: Sequence[int], side: int) -> int:
        """The one segment a line goes on with: of the same bank if there is one, none at a fork."""
        own = [i for i in ways if sides[self.owner[i]] == side] or ways
        return own[0] if len(own) == 1 else NONE

    def _areas(self, geometries: Sequence[shapely.Geometry]) -> tuple[list[shapely.Geometry], list[int]]:
        def project(points: Floats) -> Floats:
            return np.stack(self._plane.metres(points[:, 0], points[:, 1]), axis=1)

        owners = [i for i, geometry in enumerate(geometries) if shapely.get_dimensions(geometry) == 2]
        return [shapely.transform(geometries[i], project) for i in owners], owners

    def nearest(self, x: float, y: float, radius: float) -> list[tuple[float, int, int]]:
        """(metres, owner, segment) of every owner within `radius` metres of the point, nearest first."""
        found = {int(self._polygon_owner[i]): (0.0, INSIDE) for i in self._covering(x, y)}
        picked = self._tree.query(shapely.box(x - radius, y - radius, x + radius, y + radius))
        metres = self._metres(picked, x, y)
        order = np.argsort(metres, kind="stable")
        for metre, segment in zip(metres[order].tolist(), picked[order].tolist(), strict=True):
            if metre > radius:
                break
            found.setdefault(int(self.owner[segment]), (metre, segment))
        return sorted((metre, owner, segment) for owner, (metre, segment) in found.items())

    def metres_to(self, owner: int, x: float, y: float) -> float:
        """Metres from the point to this owner's nearest segment, 0 within its polygon."""
        if any(self._polygon_owner[i] == owner for i in self._covering(x, y)):
            return 0.0
        return float(self._metres(np.flatnonzero(self.owner == owner), x, y).min())

    def metres_to_any(self, x: float, y: float) -> float:
        """Metres from the point to the nearest segment of all."""
        _, metres = self._tree.query_nearest(shapely.Point(x, y), return_distance=True, all_matches=False)
        return float(metres[0])

    def _covering(self, x: float, y: float) -> Ints:
        covering: Ints = self._areas_tree.query(shapely.Point(x, y), predicate="intersects")
        return covering

    def _metres(self, segments: Ints, x: float, y: float) -> Floats:
        start, way = self._start[segments], self._end[segments] - self._start[segments]
        there = np.array([x, y]) - start
        along = np.clip((there * way).sum(axis=1) / (way * way).sum(axis=1), 0.0, 1.0)
        apart: Floats = np.hypot(*(there - along[:, None] * way).T)
        return apart

    def side(self, segment: int, x: float, y: float, margin: float) -> int:
        """1 where the point lies left of its nearest segment facing downstream, −1 right, 0 undecided.

        Undecided: within `margin` metres of the line or of its lengthening beyond an end, or near a polygon.
        At a vertex the normals of both segments are added, which keeps the side right on the outside of a
        bend (signed distance by pseudonormals: Bærentzen and Aanæs 2005).
        """
        if segment == INSIDE or self._is_ring[segment]:
            return 0
        way = self._end[segment] - self._start[segment]
        there = np.array([x, y]) - self._start[segment]
        along = float(there @ way) / float(way @ way)
        corner = self._end[segment] if along >= 1.0 else self._start[segment]
        neighbour = self._next[segment] if along >= 1.0 else self._previous[segment]
        other = NONE if 0.0 < along < 1.0 else int(neighbour)
        normal = self._normal(segment)
        if other != NONE:
            normal = normal + self._normal(other)
            if float(np.hypot(*normal)) < 1e-9 or float(np.hypot(*(np.array([x, y]) - corner))) <= margin:
                return 0
            margin = 0.0
        across = float((np.array([x, y]) - corner) @ normal)
        return 0 if abs(across) <= margin else (1 if across > 0 else -1)

    def _normal(self, segment: int) -> Floats:
        east, north = self._end[segment] - self._start[segment]
        unit: Floats = np.array([-north, east]) / np.hypot(east, north)
        return unit


def _parts(geometries: Sequence[shapely.Geometry]) -> tuple[list[Floats], list[int], list[bool]]:
    """Every line and ring as an array of points, with the number of its geometry and whether it is a ring."""
    lines: list[Floats] = []
    owners: list[int] = []
    rings: list[bool] = []
    for owner, geometry in enumerate(geometries):
        for part in shapely.get_parts(geometry):
            ring = shapely.get_dimensions(part) == 2
            for line in shapely.get_rings(part) if ring else [part]:
                lines.append(shapely.get_coordinates(line))
                owners.append(owner)
                rings.append(bool(ring))
    return lines, owners, rings
