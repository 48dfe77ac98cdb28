"""WGS-84 to GCJ-02, as WeChat's map shows places in China (the published approximation)."""

import math

AXIS = 6378245.0
ECCENTRICITY = 0.00669342162296594323


def _waves(lon: float, lat: float) -> float:
    return (20.0 * math.sin(6.0 * lon * math.pi) + 20.0 * math.sin(2.0 * lon * math.pi)) * 2.0 / 3.0


def _shift_lat(x: float, y: float) -> float:
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + _waves(x, y)
    shift += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (160.0 * math.sin(y / 12.0 * math.pi) + 320 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0


def _shift_lon(x: float, y: float) -> float:
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + _waves(x, y)
    shift += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0


def gcj02(lat: float, lng: float) -> tuple[float, float]:
    """The latitude and longitude WeChat would send for a place given in WGS-84."""
    radians = lat / 180.0 * math.pi
    magic = 1 - ECCENTRICITY * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = _shift_lat(lng - 105.0, lat - 35.0) * 180.0
    east = _shift_lon(lng - 105.0, lat - 35.0) * 180.0
    north /= (AXIS * (1 - ECCENTRICITY)) / (magic * root) * math.pi
    east /= AXIS / root * math.cos(radians) * math.pi
    return lat + north, lng + east
