"""A year's notice of days off, row by row: taken whole, or every wrong row named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.holiday_notice import Checked, Row, check, whole_year
from services.almanac import official_days
from tests.rules.year_2027 import DAYS, NOTICE

OFFICIAL = official_days()
LINES = NOTICE.splitlines()[1:]


def rows(*lines: str, first: int = 2) -> list[Row]:
    return [Row(n, *line.split(",")) for n, line in enumerate(lines, first)]


def checked(*lines: str, loaded: tuple[int, ...] = ()) -> Checked:
    return check(rows(*lines), OFFICIAL, loaded)


def faults(*lines: str) -> list[str]:
    found = checked(*lines)
    assert found.faults, "nothing was wrong"
    return [str(fault) for fault in found.faults]


def without(word: str) -> list[str]:
    return [line for line in LINES if word not in line]


def test_a_whole_years_notice_is_taken_as_it_is() -> None:
    found = checked(*LINES)
    assert found.faults == []
    assert found.years == {2027: DAYS}


def test_a_file_that_lists_every_day_says_the_same() -> None:
    year = whole_year(2027, DAYS)
    named = {day.day: day.name for day in DAYS}
    lines = [f"{day},{int(working)},{named.get(day, '')}" for day, working in year.items()]
    assert whole_year(2027, checked(*lines).years[2027]) == year


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2027-13-01,0,元旦", "第 2 行：日期“2027-13-01”不存在"),
        ("2027-02-29,0,春节", "第 2 行：日期“2027-02-29”不存在"),
        ("明年元旦,0,元旦", "第 2 行：日期“明年元旦”看不懂，应写成 2027-01-01 的样子"),
        (",0,元旦", "第 2 行：日期“”看不懂，应写成 2027-01-01 的样子"),
        ("2027-06-10,休,端午节", "第 2 行：working“休”不对，上班写 1，放假写 0"),
        ("2027-06-10,,端午节", "第 2 行：working“”不对，上班写 1，放假写 0"),
        ("2027-06-10,1,端午节", "第 2 行：2027-06-10 是星期四，本来就上班，不是调休"),
        ("2026-10-01,1,国庆节", "第 2 行：2026-10-01 与国务院办公厅公布的安排不符，那一天是放假"),
        ("2026-11-24,0,感恩节", "第 2 行：2026-11-24 与国务院办公厅公布的安排不符，那一天是上班"),
        ("1999-10-01,0,国庆节", "第 2 行：1999-10-01 不是今后的年份"),
    ],
)
def test_a_wrong_row_is_named_with_its_reason(line: str, why: str) -> None:
    assert why in faults(line, *LINES)


def test_every_wrong_row_is_named_at_once_in_the_order_of_the_file() -> None:
    found = faults(*LINES, "2027-13-01,0,x", "2027-01-01,0,元旦", "2027-06-10,2,x")
    assert found == [
        "第 33 行：日期“2027-13-01”不存在",
        "第 34 行：2027-01-01 与第 2 行重复",
        "第 35 行：working“2”不对，上班写 1，放假写 0",
    ]


@pytest.mark.parametrize(
    ("word", "holiday"),
    [
        ("元旦", "元旦"),
        ("清明", "清明节"),
        ("劳动", "劳动节"),
        ("端午", "端午节"),
        ("中秋", "中秋节"),
        ("国庆", "国庆节"),
    ],
)
def test_a_holiday_the_year_has_no_row_for_is_missed(word: str, holiday: str) -> None:
    assert faults(*without(word)) == [f"全表：2027 年缺少{holiday}的放假安排"]


def test_spring_festival_is_known_by_its_eve_too() -> None:
    assert checked(*without("春节")).faults == []
    assert "全表：2027 年缺少春节的放假安排" in faults(
        *[line for line in without("春节") if "除夕" not in line]
    )


def test_two_holidays_may_share_their_days() -> None:
    lines = [line.replace(",国庆节", ",国庆节、中秋节") for line in without("中秋")]
    assert checked(*lines).faults == []


def test_nobody_works_on_a_statutory_day() -> None:
    lines = [line.replace("2027-10-02,0", "2027-10-02,1") for line in LINES]
    assert faults(*lines) == ["全表：2027-10-02 是国庆节，应当放假"]


def test_the_notice_may_be_the_first_to_change_a_day_of_the_december_before() -> None:
    """As that of 2012 did: Saturday 2011-12-31 was worked for New Year's Day."""
    found = checked("2026-12-26,1,元旦", *LINES)
    assert found.faults == []
    assert found.years[2027][0].day == date(2026, 12, 26)
    assert "第 2 行：2026-11-28 与国务院办公厅公布的安排不符，那一天是放假" in faults(
        "2026-11-28,1,元旦", *LINES
    )


def test_of_a_loaded_year_too_only_december_is_changed() -> None:
    lines = [
        line.replace("2027-", "2028-") for line in LINES if "2027-04-25" not in line and ",1," not in line
    ]
    found = checked("2027-12-25,1,元旦", *lines, loaded=(2027,))
    assert found.faults == []
    assert set(found.years) == {2028}


def test_what_the_library_knows_is_not_taken_over_again() -> None:
    assert faults("2026-10-01,0,国庆节") == ["全表：2026 年的安排已随程序提供，不用导入"]
    assert faults() == ["全表：没有一行日期"]


def test_years_are_loaded_one_after_the_other() -> None:
    lines = [line.replace("2027-", "2028-") for line in LINES if ",1," not in line]
    assert "全表：2027 年的安排还没有导入，请先导入 2027 年的" in faults(*lines)


@pytest.mark.parametrize(
    "spelled", ["2027/1/1", "2027年1月1日", "2027.1.1", "２０２７-01-01", "2027/1/1 0:00"]
)
def test_a_date_may_be_spelled_as_excel_does(spelled: str) -> None:
    found = checked(f"{spelled},０,元旦", *LINES[1:])
    assert found.faults == []
    assert found.years[2027][0].day == date(2027, 1, 1)


@given(
    st.lists(
        st.builds(Row, st.just(2), st.text(max_size=12), st.text(max_size=3), st.text(max_size=5)), max_size=5
    )
)
def test_whatever_is_typed_is_taken_whole_or_refused_with_reasons(typed: list[Row]) -> None:
    found = check(typed, OFFICIAL)
    assert found.faults
    assert all(fault.reason for fault in found.faults)


@given(st.sets(st.sampled_from(range(len(LINES))), max_size=len(LINES) - 1))
def test_a_file_with_rows_left_out_is_complete_or_says_what_is_missing(left_out: set[int]) -> None:
    kept = [line for n, line in enumerate(LINES) if n not in left_out]
    found = check(rows(*kept), OFFICIAL)
    named = " ".join(kept)
    missing = [w for w in ("元旦", "清明", "端午", "中秋") if f",0,{w}" not in named]
    assert all(any(w in fault.reason for fault in found.faults) for w in missing)
