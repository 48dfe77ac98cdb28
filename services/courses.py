"""The course of a reach as the workbook writes it: WKT in WGS-84, longitude first, checked before it is believed."""

import re
from collections import Counter

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from services.cells import Unreadable

MOST_CHARACTERS = 32_767
"""A cell of Excel holds no more: a longer text could not be exported again, a text of just this length was cut."""

TYPED = str.maketrans("，（）０１２３４５６７８９．－", ",()0123456789.-")
"""What a Chinese keyboard puts in place of the signs of WKT."""

KINDS = frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"})
WEST, SOUTH, EAST, NORTH = 73.0, 3.0, 136.0, 54.0
"""China, generously."""


def course(value: object) -> str:
    """Check a geometry and give it in its canonical spelling (seven decimals, about a centimetre)."""
    written = str(value).strip() if value is not None else ""
    if not written:
        raise Unreadable("缺少几何（WKT）")
    if len(written) > MOST_CHARACTERS:
        points = written.count(",") + 1
        raise Unreadable(
            f"几何太大（约 {points} 个点、{len(written)} 个字符），请简化到 {MOST_CHARACTERS} 个字符以内"
        )
    shape = _parsed(written)
    _check_place(shape)
    _check_shape(shape)
    return canonical(shape)


def canonical(shape: BaseGeometry) -> str:
    """The one spelling in which a geometry is kept, so that the same course is the same text."""
    return str(shapely.to_wkt(shape, rounding_precision=7, trim=True)).replace(", ", ",")


def crossing(course: str) -> str:
    """Where a canonical LINESTRING crosses itself, or nothing: there left and right change places."""
    line = shapely.from_wkt(course)
    if line.geom_type != "LineString" or line.is_simple:
        return ""
    nodes = shapely.get_parts(shapely.node(line))
    ends = Counter(end for node in nodes for end in (node.coords[0], node.coords[-1]))
    (x, y), _ = ends.most_common(1)[0]
    return f"{x:.5f} {y:.5f}"


def check_position(longitude: float, latitude: float) -> None:
    """Refuse a position outside China or with latitude and longitude exchanged."""
    if _inside(longitude, latitude):
        return
    if _inside(latitude, longitude):
        raise Unreadable(f"经度与纬度写反了（{longitude:g}, {latitude:g}）：经度在前、纬度在后")
    raise Unreadable(f"坐标（{longitude:g}, {latitude:g}）不在中国境内，应为 WGS-84 的度数，经度在前")


def _parsed(written: str) -> BaseGeometry:
    with_reference = re.fullmatch(r"SRID=(\d+);(.*)", written, re.DOTALL | re.IGNORECASE)
    if with_reference:
        if with_reference[1] not in ("4326", "4490"):
            raise Unreadable(f"坐标系应为 WGS-84（EPSG:4326），现在是 EPSG:{with_reference[1]}")
        written = with_reference[2]
    if re.search(r"nan|inf", written, re.IGNORECASE):
        raise Unreadable("几何中有不是数字的坐标（NaN 或 Infinity）")
    try:
        shape = shapely.from_wkt(written.translate(TYPED))
    except (ShapelyError, ValueError, UnicodeError):
        cut = "；文字在 32767 个字符处被截断了" if len(written) == MOST_CHARACTERS else ""
        raise Unreadable(
            f"不是能读懂的 WKT{cut}，应如 LINESTRING (117.10 39.28, 117.12 39.25)：经度在前，点之间用英文逗号"
        ) from None
    if shape.geom_type not in KINDS:
        raise Unreadable(
            f"{shape.geom_type.upper()} 不能表示河段，应为 LINESTRING、MULTILINESTRING 或 POLYGON"
        )
    if shape.is_empty:
        raise Unreadable("几何是空的")
    return shapely.set_precision(shapely.force_2d(shape), 1e-7, mode="pointwise")


def _check_place(shape: BaseGeometry) -> None:
    for longitude, latitude in shapely.get_coordinates(shape):
        check_position(float(longitude), float(latitude))


def _check_shape(shape: BaseGeometry) -> None:
    if shape.length == 0:
        raise Unreadable("几何只有一个点，没有长度")
    why = str(shapely.is_valid_reason(shape))
    if why == "Valid Geometry":
        return
    where = re.search(r"\[(.+)\]", why)
    near = f"（在 {where[1]} 附近）" if where else ""
    if "Self-intersection" in why:
        raise Unreadable(f"面的边界自相交{near}，请改正后再导入")
    if "Too few points" in why:
        raise Unreadable(f"几何中有一段只有一个点{near}")
    raise Unreadable(f"几何不成立{near}，请在地图软件中检查（环要首尾相接，岛要在面内）")


def _inside(longitude: float, latitude: float) -> bool:
    return WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH
