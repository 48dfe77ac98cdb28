"""Reading single cells of the registry's workbook."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.routing import Bank
from services import cells
from services.cells import Unreadable

READERS: list[Callable[[object], Any]] = [
    cells.text, cells.code, cells.codes, cells.names, cells.day, cells.length, cells.degrees, cells.phone,
    cells.openid, cells.target, cells.bank, cells.role, cells.choice(("完好", "破损")),
]  # fmt: skip
ANYTHING = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(),
    st.timedeltas(), st.decimals(), st.from_regex(r"[\d.eE+－-]{1,12}"), st.integers(10**300, 10**305),
)  # fmt: skip


@given(ANYTHING)
def test_no_cell_is_more_than_unreadable(value: object) -> None:
    for read in READERS:
        with suppress(Unreadable):
            read(value)


@given(st.text())
def test_text_that_was_read_reads_the_same_again(value: str) -> None:
    for read in (cells.text, cells.code):
        try:
            once = read(value)
        except Unreadable:
            continue
        assert read(once) == once


@given(st.dates(date(1900, 3, 1), date(2100, 12, 31)))
def test_a_day_is_read_however_it_is_written(day: date) -> None:
    for written in (
        day,
        datetime(day.year, day.month, day.day),  # noqa: DTZ001 - Excel knows no zones
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert cells.day(written) == day


@given(st.integers(1, 10**14))
def test_a_code_that_excel_made_a_number_is_text_again(number: int) -> None:
    assert cells.code(float(number)) == cells.code(number) == str(number)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (cells.code, 120113100.0, "120113100"),
        (cells.code, "　１２０１１３１００ ", "120113100"),
        (cells.code, "ＢＹＨ-01", "BYH-01"),
        (cells.text, "北运河（天穆段）\u200b\u202e", "北运河（天穆段）"),
        (cells.codes, "R1、R2，R3;R4\nR1", ("R1", "R2", "R3", "R4")),
        (cells.codes, None, ()),
        (cells.codes, 12.0, ("12",)),
        (cells.phone, 13800000001.0, "13800000001"),
        (cells.phone, "+86 138-0000-0001", "13800000001"),
        (cells.phone, "022-26391234", "02226391234"),
        (cells.target, "Ⅳ类", "IV"),
        (cells.target, "iv", "IV"),
        (cells.target, "Ⅲ", "III"),
        (cells.target, None, ""),
        (cells.bank, None, Bank.BOTH),
        (cells.bank, "左岸", Bank.LEFT),
        (cells.bank, "右岸", Bank.RIGHT),
        (cells.length, "１２．５", Decimal("12.500")),
        (cells.length, 0.1 + 0.2, Decimal("0.300")),
        (cells.length, "", None),
        (cells.day, "20210207", date(2021, 2, 7)),
        (cells.day, "2021/2/7", date(2021, 2, 7)),
        (cells.day, " ", None),
    ],
)
def test_cells(read: Callable[[object], Any], value: object, expected: object) -> None:
    assert read(value) == expected


@pytest.mark.parametrize(
    ("read", "value", "reason"),
    [
        (cells.day, "2021-02-30", "没有“2021-02-30”这一天"),
        (cells.day, "去年", "不是日期"),
        (cells.day, 44234, "不是日期"),
        (cells.day, date(1, 1, 1), "不像真的日期"),
        (cells.length, "12.5公里", "应为数字"),
        (cells.length, float("nan"), "应为数字"),
        (cells.length, "1e999999", "应为数字"),
        (cells.length, -1, "不合理"),
        (cells.length, True, "应为数字"),
        (cells.phone, "138****0000", "不像电话号码"),
        (cells.phone, "12345", "不像电话号码"),
        (cells.target, "VI", "不是水质目标"),
        (cells.target, "劣V", "不是水质目标"),
        (cells.bank, "北岸", "左岸、右岸"),
        (cells.role, "河长", "镇级河湖长"),
        (cells.openid, "o 1", "不是 openid"),
        (cells.code, 123456789012345678.0, "后几位已丢失"),
        (cells.text, "字" * 1001, "太长了"),
    ],
)
def test_what_cannot_be_read_says_why(read: Callable[[object], Any], value: object, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(value)
