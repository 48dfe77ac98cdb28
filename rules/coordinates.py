"""Where a point is: WGS-84 and GCJ-02 longitude and latitude, and metres on a local plane.

Inside, everything is WGS-84 (EPSG:4326), longitude first, in degrees. WeChat and Chinese maps give GCJ-02,
the shift asked of public maps by GB 20263 (《导航电子地图安全处理技术基本要求》). Its formulas are not
published; those here are the ones in general use, which agree with it to a metre or two.
"""

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from rules.refusal import Refusal

Floats = NDArray[np.float64]

_A = 6378137.0  # WGS-84 (NIMA TR8350.2): semi-major axis in metres …
_E2 = 6.69437999014e-3  # … and first eccentricity squared
_KRASSOVSKY_A = 6378245.0
_KRASSOVSKY_E2 = 0.00669342162296594323


@dataclass(frozen=True)
class Position:
    """A point in WGS-84 degrees."""

    longitude: float
    latitude: float


@dataclass(frozen=True)
class Bounds:
    """A rectangle in WGS-84 degrees, its edges included."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, position: Position) -> bool:
        """Whether the position lies in the rectangle or on its edge."""
        return self.west <= position.longitude <= self.east and self.south <= position.latitude <= self.north


def checked(longitude: float, latitude: float) -> Position:
    """A position in degrees, or a Refusal where the numbers cannot be a place; nothing is guessed."""
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise Refusal("没有收到有效的位置，请重新发送位置。")
    if abs(longitude) < 1e-3 and abs(latitude) < 1e-3:
        raise Refusal("手机没有定位成功（位置为 0, 0），请打开定位后重新发送位置。")
    if 73 <= latitude <= 136 and 3 <= longitude <= 54:
        raise Refusal("经度和纬度好像写反了，请重新发送位置。")
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise Refusal("位置超出了范围，请重新发送位置。")
    return Position(float(longitude), float(latitude))


def wgs84_to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """GCJ-02 (longitude, latitude) of a WGS-84 point, all in degrees; outside China's rectangle unchanged."""
    if not _in_china(longitude, latitude):
        return longitude, latitude
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def gcj02_to_wgs84(longitude: float, latitude: float) -> Position:
    """The WGS-84 position whose GCJ-02 shift gives these degrees, iterated to far below 0.1 m."""
    if not _in_china(longitude, latitude):
        return Position(longitude, latitude)
    at_longitude, at_latitude = longitude, latitude
    for _ in range(6):  # each round shrinks the error some thousandfold
        east, north = _shift(at_longitude, at_latitude)
        at_longitude, at_latitude = longitude - east, latitude - north
    return Position(at_longitude, at_latitude)


def _in_china(longitude: float, latitude: float) -> bool:
    return 72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271


def _shift(longitude: float, latitude: float) -> tuple[float, float]:
    """How far GCJ-02 lies from WGS-84 at a point, in degrees east and north."""
    x, y, sin, pi = longitude - 105.0, latitude - 35.0, math.sin, math.pi
    root = 0.1 * math.sqrt(abs(x))
    ripple = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 2.0 * root
    north += 2.0 / 3.0 * (ripple + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi))
    north += 2.0 / 3.0 * (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + root
    east += 2.0 / 3.0 * (ripple + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi))
    east += 2.0 / 3.0 * (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi))
    phi = latitude / 180.0 * pi
    w2 = 1.0 - _KRASSOVSKY_E2 * sin(phi) ** 2
    w = math.sqrt(w2)
    along_meridian = _KRASSOVSKY_A * (1.0 - _KRASSOVSKY_E2) / (w2 * w)
    return (
        math.degrees(east / (_KRASSOVSKY_A / w * math.cos(phi))),
        math.degrees(north / along_meridian),
    )


class Plane:
    """Metres east and north of a centre, on the WGS-84 ellipsoid.

    Second-order transverse Mercator by the radii of curvature. Lengths of a few kilometres are true to 1 in
    100,000 within 20 km east or west of the centre (1 in 5,000 at 100 km); north and south cost nothing.
    """

    def __init__(self, centre: Position) -> None:
        self.centre = centre
        self._longitude = math.radians(centre.longitude)
        self._latitude = math.radians(centre.latitude)

    @overload
    def metres(self, longitude: float, latitude: float) -> tuple[float, float]: ...

    @overload
    def metres(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]: ...

    def metres(
        self, longitude: float | Floats, latitude: float | Floats
    ) -> tuple[float, float] | tuple[Floats, Floats]:
        """(x east, y north) in metres for WGS-84 degrees: floats, or two arrays of one shape."""
        phi = np.radians(latitude)
        turn = np.radians(longitude) - self._longitude
        sin, cos = np.sin(phi), np.cos(phi)
        across = _A / np.sqrt(1.0 - _E2 * sin * sin)  # radius in the prime vertical
        middle = np.sin((phi + self._latitude) / 2.0)
        along = _A * (1.0 - _E2) / (1.0 - _E2 * middle * middle) ** 1.5  # radius in the meridian
        x = turn * across * cos
        y = (phi - self._latitude) * along + across * sin * cos * turn * turn / 2.0
        if isinstance(x, np.ndarray):
            return x, y
        return float(x), float(y)

    def degrees_of(self, metres: float) -> tuple[float, float]:
        """How many degrees of (longitude, latitude) a length in metres is at the centre."""
        sin = math.sin(self._latitude)
        w2 = 1.0 - _E2 * sin * sin
        across, along = _A / math.sqrt(w2), _A * (1.0 - _E2) / w2**1.5
        return math.degrees(metres / (across * math.cos(self._latitude))), math.degrees(metres / along)


def around(position: Position, metres: float) -> Bounds:
    """A rectangle that holds everything within so many metres of the position, and a little more."""
    east, north = Plane(position).degrees_of(metres * 1.01 + 0.01)
    return Bounds(
        position.longitude - east,
        position.latitude - north,
        position.longitude + east,
        position.latitude + north,
    )
