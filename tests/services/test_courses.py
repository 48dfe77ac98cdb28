"""Geometry in the workbook: what is believed, and what is refused with which sentence."""

from contextlib import suppress

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from services.cells import Unreadable
from services.courses import course, crossing

POINT = st.tuples(st.floats(74, 135), st.floats(4, 53))


@given(st.lists(POINT, min_size=2, max_size=30))
def test_a_course_that_was_read_reads_the_same_again(points: list[tuple[float, float]]) -> None:
    once = None
    with suppress(Unreadable):  # where all points fall together
        once = course(shapely.LineString(points).wkt)
    assert once is None or course(once) == once


@given(st.text(max_size=60) | st.from_regex(r"(LINESTRING|POLYGON) ?\(+[0-9 .,naif-]{0,40}\)+"))
def test_no_text_is_more_than_unreadable(written: str) -> None:
    with suppress(Unreadable):
        course(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("LINESTRING (117.1 39.2, 117.2 39.3)", "LINESTRING (117.1 39.2,117.2 39.3)"),
        ("linestring(117.123456789 39.2,117.2 39.3)", "LINESTRING (117.1234568 39.2,117.2 39.3)"),
        ("LINESTRING （117.1 39.2， 117.2 39.3）", "LINESTRING (117.1 39.2,117.2 39.3)"),
        ("LINESTRING Z (117.1 39.2 5, 117.2 39.3 5)", "LINESTRING (117.1 39.2,117.2 39.3)"),
        ("SRID=4326;LINESTRING (117.1 39.2, 117.2 39.3)", "LINESTRING (117.1 39.2,117.2 39.3)"),
        (
            "MULTILINESTRING ((117.1 39.2, 117.2 39.3), (117.3 39.3, 117.4 39.3))",
            "MULTILINESTRING ((117.1 39.2,117.2 39.3),(117.3 39.3,117.4 39.3))",
        ),
        (
            "POLYGON ((117.1 39.2, 117.2 39.2, 117.2 39.3, 117.1 39.2))",
            "POLYGON ((117.1 39.2,117.2 39.2,117.2 39.3,117.1 39.2))",
        ),
    ],
)
def test_what_is_believed(written: str, kept: str) -> None:
    assert course(written) == kept


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "缺少几何"),
        ("北运河", "不是能读懂的 WKT"),
        ("POINT (117.1 39.2)", "不能表示河段"),
        ("LINESTRING EMPTY", "空的"),
        ("LINESTRING (39.2 117.1, 39.3 117.2)", "写反了"),
        ("LINESTRING (0 0, 1 1)", "不在中国境内"),
        ("LINESTRING (13042000 4757000, 13043000 4757000)", "不在中国境内"),
        ("LINESTRING (nan nan, 117.1 39.2)", "NaN"),
        ("LINESTRING (117.1 39.2, inf 39.2)", "NaN"),
        ("LINESTRING (117.1 39.2)", "不是能读懂的 WKT"),
        ("LINESTRING (117.1 39.2, 117.1 39.2)", "只有一个点"),
        ("MULTILINESTRING ((117.1 39.2, 117.1 39.2), (117.1 39.2, 117.2 39.2))", "只有一个点"),
        (
            "POLYGON ((117.1 39.1, 117.2 39.2, 117.2 39.1, 117.1 39.2, 117.1 39.1))",
            "自相交（在 117.15 39.15 附近）",
        ),
        ("SRID=3857;LINESTRING (117.1 39.2, 117.2 39.3)", "EPSG:3857"),
        ("LINESTRING (" + "117.1 39.2, " * 1_000_000 + "117.2 39.3)", "几何太大（约 1000001 个点"),
        (("LINESTRING (" + "117.1 39.2, " * 4000)[:32_767], "被截断"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_refused(written: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        course(written)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("LINESTRING (117.1 39.1, 117.2 39.2, 117.2 39.1, 117.1 39.2)", "117.15000 39.15000"),
        ("LINESTRING (117.1 39.1, 117.2 39.2)", ""),
        ("LINESTRING (117.1 39.1, 117.2 39.2, 117.2 39.1, 117.1 39.1)", ""),  # a moat closes
        ("POLYGON ((117.1 39.2, 117.2 39.2, 117.2 39.3, 117.1 39.2))", ""),
    ],
)
def test_where_a_line_crosses_itself(written: str, where: str) -> None:
    assert crossing(course(written)) == where
