"""The monthly figures sheet: written, filled in, taken over whole or refused cell by cell, and read by its sources."""

import io
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from config import Config
from models.assessment import AssessmentState, MonthlyAssessment
from models.figure_sheet import FigureEntry, FigureSheet
from rules import rulebook_text
from rules.refusal import Refusal
from services import figure_sheets
from services.desk import Desk, Work
from services.figure_sheets import Imported
from services.figure_workbook import COLUMNS, FigureRow, read_figures, the_sheet
from services.figures import gather, towns_of
from services.sheets import WorkbookRefused
from services.workbook import Sheet
from tests.conftest import Clock
from tests.month_life import NOVEMBER, MonthLife, month_life, said
from tests.services.test_hostile_workbook import repacked

BOOK = """
name = "试行办法"
in_force_from = "2026-01"
purpose = "用于通报"

[[items]]
key = "sections"
name = "断面"
points = 60
source = "sheet:断面达标率"
full = 1.0
zero = 0.5
applies_to = "reaches"

[[items]]
key = "scores"
name = "评分"
points = 40
source = "sheet:社会监督员评分"
full = 95
zero = 60

[[grades]]
name = "合格"
"""
TOWNS = {"T1": "天穆镇", "T2": "北仓镇"}
INDICATORS = figure_sheets.indicators_of(rulebook_text.read(BOOK))
Rows = Sequence[Sequence[Any]]


@pytest.fixture
def life(make_desk: Callable[..., Desk], example: Config, clock: Clock, tmp_path: Path) -> MonthLife:
    """A district whose rulebook wants two indicators; it is the second of December."""
    (tmp_path / "2026-01.toml").write_text(BOOK, "utf-8")
    assessment = example.assessment.model_copy(update={"rulebooks": str(tmp_path)})
    desk = make_desk(example.model_copy(update={"assessment": assessment}))
    return month_life(desk, clock, "2026-12-02 10:00")


def sheet(rows: Rows, title: str = "2026-11", headings: Sequence[str] = COLUMNS) -> bytes:
    book = Workbook()
    page = book.active or book.create_sheet()
    page.title = title
    page.append(list(headings))
    for row in rows:
        page.append(list(row))
    return saved(book)


def saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


GOOD: Rows = [
    ["T1", "断面达标率", 7, 9, "区生态环境局月报"],
    ["T2", "断面达标率", 0, 0, "区生态环境局月报"],
    ["T1", "社会监督员评分", 92.5, None, "第三方报告"],
]


def taken(life: MonthLife, content: bytes, **how: Any) -> Imported:
    return life.desk.do(figure_sheets.import_sheet, content, "f.xlsx", "周科员", **how)


def faults(content: bytes) -> list[str]:
    with pytest.raises(WorkbookRefused) as refused:
        read_figures(the_sheet(content), TOWNS, INDICATORS)
    return [str(fault).removeprefix("“2026-11”") for fault in refused.value.faults]


def count(life: MonthLife, table: Any) -> int:
    with life.desk.reading() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_sheet_becomes_figures(life: MonthLife) -> None:
    done = taken(life, sheet(GOOD))
    assert (done.sheet.version, done.rows, done.missing, done.is_new) == (1, 3, 4, True)
    share = life.figure("sheet:断面达标率")
    assert said(share) == (Decimal(7), Decimal(9), ["断面达标率 7/9（依据：区生态环境局月报）"])
    assert (share.causes[0].key, share.basis) == ("sheet:2026-11/1:断面达标率", "区生态环境局月报")
    assert not life.figure("sheet:断面达标率", town="T2").is_judged  # 0 of 0: nothing to judge by
    assert said(life.figure("sheet:社会监督员评分"))[:2] == (Decimal("92.5"), None)
    missing = life.figure("sheet:社会监督员评分", town="T2")
    assert missing.suspended == "月度指标表（第 1 版）没有填“社会监督员评分”"


def test_a_telephone_in_the_basis_is_not_taken_over_and_a_zero_is_a_zero(life: MonthLife) -> None:
    taken(life, sheet([["T1", "断面达标率", "-0", "９", "区生态环境局 李工 13812345678"]]))
    share = life.figure("sheet:断面达标率")
    assert (str(share.numerator), share.basis) == ("0.000000", "区生态环境局 李工 （电话号码已隐去）")


def test_the_template_filled_in_comes_back_as_it_was_given_out(life: MonthLife) -> None:
    empty = life.desk.look(figure_sheets.template, NOVEMBER)
    with pytest.raises(WorkbookRefused, match="一个数也没有填"):
        taken(life, empty)
    book = load_workbook(io.BytesIO(empty))
    page = book["2026-11"]
    assert [[c.value for c in row] for row in page.iter_rows(max_row=2)] == [
        [*COLUMNS, "镇街"], ["T1", "断面达标率", None, None, None, "天穆镇"],
    ]  # fmt: skip
    assert page.max_row == 8  # three towns have reaches, four are scored
    for row, (numerator, denominator) in enumerate([(7, 9), (3, 3), (None, None)], 2):
        page.cell(row, 3, numerator)
        page.cell(row, 4, denominator)
        page.cell(row, 5, "月报" if denominator else None)
    assert taken(life, saved(book)).rows == 2
    again = load_workbook(io.BytesIO(life.desk.look(figure_sheets.template, NOVEMBER)))["2026-11"]
    assert [c.value for c in again[2]] == ["T1", "断面达标率", 7, 9, "月报", "天穆镇"]


def test_the_same_file_is_nothing_new_and_another_is_a_version_that_replaces_it(life: MonthLife) -> None:
    first, second = sheet(GOOD), sheet(GOOD[:1])
    taken(life, first)
    assert taken(life, first).is_new is False
    assert (count(life, FigureSheet), count(life, FigureEntry)) == (1, 3)
    assert taken(life, second).sheet.version == 2
    assert life.figure("sheet:社会监督员评分").suspended.startswith("月度指标表（第 2 版）")
    assert (count(life, FigureSheet), count(life, FigureEntry)) == (2, 4)  # the first is kept
    assert taken(life, first).sheet.version == 3


def test_a_month_is_counted_again_by_the_sheet_it_had(life: MonthLife) -> None:
    taken(life, sheet(GOOD))
    then = life.clock()
    life.clock.forward(hours=1)
    taken(life, sheet([["T1", "断面达标率", 9, 9, "更正"]]))

    def counted(work: Work, known_at: Any) -> list[Decimal]:
        towns = towns_of(work, NOVEMBER)[:1]
        return [f.numerator for f in gather(work, NOVEMBER, ["sheet:断面达标率"], towns, known_at)]

    assert life.desk.look(counted, then) == [Decimal(7)]
    assert life.desk.look(counted, None) == [Decimal(9)]
    assert life.desk.look(counted, then - timedelta(seconds=1)) == [Decimal(0)]  # suspended: none was there


def test_a_frozen_month_takes_no_sheet_but_for_a_correction(life: MonthLife) -> None:
    life.desk.do(_frozen)
    with pytest.raises(Refusal, match=r"已经批准，指标表不能再换.*flask assessment correct 2026-11"):
        taken(life, sheet(GOOD))
    with pytest.raises(Refusal, match="不能把新的指标表记到起草以前"):  # it is proved by what was there then
        taken(life, sheet(GOOD), correcting=True)
    assert count(life, FigureSheet) == 0
    life.clock.forward(minutes=1)
    assert taken(life, sheet(GOOD), correcting=True).is_new


def _frozen(work: Work) -> None:
    work.session.add(
        MonthlyAssessment(
            month="2026-11", revision=1, state=AssessmentState.FROZEN, rulebook="试行办法", rulebook_text=BOOK,
            drafted_by="系统", drafted_at=work.now,
        )
    )  # fmt: skip


def test_which_month_it_is_of(life: MonthLife) -> None:
    with pytest.raises(Refusal, match="表名“Sheet1”不是月份"):
        taken(life, sheet(GOOD, "Sheet1"))
    with pytest.raises(Refusal, match="要导入的却是 2026-10"):
        taken(life, sheet(GOOD), month=NOVEMBER.previous)
    assert taken(life, sheet(GOOD, "Sheet1"), month=NOVEMBER).sheet.month == "2026-11"
    with pytest.raises(Refusal, match="2027年1月还没有开始"):
        taken(life, sheet(GOOD, "2027-01"))


def test_what_is_there_what_is_missing_and_whom_to_ask(life: MonthLife) -> None:
    taken(life, sheet([["T3", "断面达标率", 7, 9, "水文站月报"]], "2026-09"))
    taken(life, sheet(GOOD, "2026-10"))
    taken(life, sheet(GOOD[:1]))
    listed = life.desk.look(figure_sheets.listing, NOVEMBER)
    assert listed.sheet is not None
    assert listed.rulebook == "试行办法（自2026年1月起）"
    assert [(one.indicator, one.town.name, one.last_basis) for one in listed.missing] == [
        ("断面达标率", "北仓镇", "区生态环境局月报"), ("断面达标率", "双街镇", "水文站月报（2026-09）"),
        ("社会监督员评分", "天穆镇", "第三方报告"), ("社会监督员评分", "北仓镇", ""),
        ("社会监督员评分", "双街镇", ""), ("社会监督员评分", "小淀镇", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["T9", "断面达标率", 7, 9, "月报"], "第 2 行“镇街编码”：本月没有编码为“T9”的镇街"),
        (["天穆镇", "断面达标率", 7, 9, "月报"], "第 2 行“镇街编码”：请填编码 T1"),
        ([None, "断面达标率", 7, 9, "月报"], "第 2 行“镇街编码”：不能为空"),
        (["T1", "断面", 7, 9, "月报"], "第 2 行“指标”：没有指标“断面”；应为 断面达标率、社会监督员评分"),
        (["T1", "断面达标率", 9, 7, "月报"], "第 2 行“分子”：分子 9 大于分母 7"),
        (["T1", "断面达标率", -1, 7, "月报"], "第 2 行“分子”：有分母时不能小于 0"),
        (["T1", "断面达标率", 0, -7, "月报"], "第 2 行“分母”：不能小于 0"),
        (["T1", "断面达标率", "95%", None, "月报"], "第 2 行“分子”：应为数字，现在是“95%”"),
        (["T1", "断面达标率", 7, "九", "月报"], "第 2 行“分母”：应为数字，现在是“九”"),
        (["T1", "断面达标率", True, None, "月报"], "第 2 行“分子”：应为数字，现在是“TRUE”"),
        (["T1", "断面达标率", None, 9, "月报"], "第 2 行“分子”：不能为空；没有数据请把这一行的分母、依据也留空"),
        (["T1", "断面达标率", 7, 9, None], "第 2 行“依据”：不能为空，请写明数据从哪里来"),
        (["T1", "断面达标率", 80, None, "月报"], "第 2 行“分子”：是比率，请填分子和分母（如 8 和 10），现在只有 80"),
        (["T1", "社会监督员评分", 92, 100, "月报"], "第 2 行“分母”：不是比率，请留空，只填分子"),
        (["T1", "断面达标率", 0.12345678, None, "月报"], "第 2 行“分子”：最多写 6 位小数"),
        (["T1", "断面达标率", 10**13, None, "月报"], "第 2 行“分子”：数太大了"),
        (["T1", "断面达标率", "=1+1", 9, "月报"], "第 2 行“分子”：C2 是公式，不读取公式；请复制后“选择性粘贴—数值”再导入"),
        (["T1", "断面达标率", "#N/A", 9, "月报"], "第 2 行“分子”：C2 是错误值 #N/A"),
    ],
)  # fmt: skip
def test_every_wrong_cell_is_named(row: list[Any], why: str) -> None:
    assert faults(sheet([row])) == [why]


def test_all_faults_are_named_at_once_and_nothing_is_taken_over(life: MonthLife) -> None:
    content = sheet([*GOOD, ["T9", "断面", 9, 7, None], ["T1", "断面达标率", 8, 9, "又一次"]])
    assert faults(content) == [
        "第 5 行“镇街编码”：本月没有编码为“T9”的镇街",
        "第 5 行“指标”：没有指标“断面”；应为 断面达标率、社会监督员评分",
        "第 5 行“分子”：分子 9 大于分母 7",
        "第 5 行“依据”：不能为空，请写明数据从哪里来",
        "第 6 行“指标”：与第 2 行重复：同一镇街同一指标",
    ]
    with pytest.raises(WorkbookRefused):
        taken(life, content)
    assert count(life, FigureSheet) == 0


def test_headings(life: MonthLife) -> None:
    assert faults(sheet(GOOD, headings=["镇街编码", "指标", "分子", "分子", "说明"])) == [
        "第 1 行“分子”：这个标题出现了两次",
        "第 1 行“说明”：没有这样的列；应为 镇街编码、指标、分子、分母、依据", "第 1 行“分母”：缺少这一列",
        "第 1 行“依据”：缺少这一列",
    ]  # fmt: skip
    assert faults(sheet([[*GOOD[0], "乱写"]])) == ["第 2 行：有内容，但第 1 行没有标题"]
    assert faults(sheet([[*GOOD[0], "北仓镇"]], headings=[*COLUMNS, "镇街"])) == [
        "第 2 行“镇街”：编码 T1 是天穆镇，不是北仓镇"
    ]


def test_files_that_are_hostile_or_none() -> None:
    merged = load_workbook(io.BytesIO(sheet(GOOD)))
    merged["2026-11"].merge_cells("E2:E3")
    assert "E2:E3 是合并单元格" in faults(saved(merged))[0]
    two = load_workbook(io.BytesIO(sheet(GOOD)))
    two.create_sheet("2026-10").append(["镇街编码"])
    assert "有 2 个表有数据" in faults(saved(two))[0]
    assert "压缩炸弹" in faults(repacked(sheet(GOOD), xl_worksheets_sheet1=b"<w>" + b" " * 50_000_000))[0]
    assert "不是 .xlsx" in faults(b"no workbook")[0]
    assert "没有一个表有数据" in faults(saved(Workbook()))[0]


def test_too_many_rows() -> None:
    long = Sheet("2026-11", the_sheet(sheet(GOOD)).rows[:1], [], too_long=True)  # as 10^5 rows are read
    with pytest.raises(WorkbookRefused, match="超过 20000 行"):
        read_figures(long, TOWNS, INDICATORS)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.tuples(
        *[
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
            | st.sampled_from(["T1", "断面达标率", "=A1", "", "7", "-0", "1e3", "１２", "区生态环境局", "#REF!"])
        ]
        * 5
    )
)  # fmt: skip
def test_any_row_is_read_exactly_or_refused(row: tuple[Any, ...]) -> None:
    try:
        rows = read_figures(the_sheet(sheet([row])), TOWNS, INDICATORS)
    except WorkbookRefused:
        return
    (found,) = rows
    assert isinstance(found, FigureRow)
    assert found.town in TOWNS
    assert found.indicator in INDICATORS
    assert found.denominator is None or 0 <= found.numerator <= found.denominator
