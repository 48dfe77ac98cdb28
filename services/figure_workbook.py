"""The monthly figures sheet (月度指标表) as a file: read cell by cell with every wrong one named, and written."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from rules import figure_shape
from rules.assessment_rulebook import Item
from rules.figure_words import plain
from rules.privacy import without_telephone
from services import cells
from services.cells import Unreadable
from services.sheets import NOTES, Fault, WorkbookRefused
from services.workbook import MOST_ROWS, Sheet, sheets_in
from services.workbook_rows import Row
from services.workbook_writing import dated

TOWN, INDICATOR, NUMERATOR, DENOMINATOR, BASIS = COLUMNS = ("镇街编码", "指标", "分子", "分母", "依据")
NAME = "镇街"
"""A last column for the eye: it may be there, and must then fit the code."""
WIDTHS = (16, 24, 12, 12, 36, 16)
MOST = Decimal(10) ** 12
SIXTH = Decimal("0.000001")
HOW_TO = (
    "每行是一个镇街的一个指标。镇街编码、指标不要改；没有数据的行留空，不要填 0。",
    "分子：数值；比率填分子和分母，如 10 个断面 8 个达标填 8 和 10，分母为 0 表示本月没有可考核的事项。",
    "分母：不是比率的指标留空，只填分子，如评分 92.5、荣誉 1 项。",
    "依据：数据从哪里来，如 区生态环境局 10 月水质月报。填了数就要填依据；依据随扣分公开，不写姓名和电话。",
    "不用公式，不合并单元格。表名是考核月份，不要改。本“说明”表导入时不读。",
)


@dataclass(frozen=True)
class FigureRow:
    """A row of the sheet in which a figure is given."""

    row: int
    town: str
    indicator: str
    numerator: Decimal
    denominator: Decimal | None
    basis: str


def the_sheet(content: bytes) -> Sheet:
    """The one sheet of the file that is filled in. Raises WorkbookRefused."""
    filled = [sheet for sheet in sheets_in(content) if sheet.rows]
    if len(filled) != 1:
        why = "没有一个表有数据" if not filled else f"有 {len(filled)} 个表有数据，只能有一个"
        raise WorkbookRefused([Fault("", 0, "", f"{why}；请用 flask figures template 生成的模板")])
    return filled[0]


def read_figures(
    sheet: Sheet, towns: Mapping[str, str], indicators: Mapping[str, Sequence[Item]]
) -> list[FigureRow]:
    """Read and check a sheet. `towns`: names by code; `indicators`: with the items that are judged by each. Raises
    WorkbookRefused naming every wrong cell."""
    faults: list[Fault] = []
    headings = _headings(sheet, faults)
    rows = [] if headings is None else _rows(sheet, headings, towns, indicators, faults)
    if not rows and not faults:
        faults.append(Fault(sheet.title, 0, "", "一个数也没有填"))
    if faults:
        raise WorkbookRefused(faults)
    return rows


def _headings(sheet: Sheet, faults: list[Fault]) -> dict[int, str] | None:
    """Headings by column; None where the rows below cannot be read."""
    if sheet.too_long:
        faults.append(Fault(sheet.title, 0, "", f"超过 {MOST_ROWS} 行，请核对是否选错了文件"))
        return None
    merged = "是合并单元格，请取消合并，每行每格各填各的"
    faults.extend(Fault(sheet.title, 0, "", f"{area} {merged}") for area in sheet.merged)
    number, found = sheet.rows[0]
    headings = {column: str(cell["value"]).strip() for column, cell in found.items()}
    said = list(headings.values())
    for heading in dict.fromkeys(said):
        if heading not in (*COLUMNS, NAME):
            faults.append(
                Fault(sheet.title, number, heading[:30], f"没有这样的列；应为 {'、'.join(COLUMNS)}")
            )
        elif said.count(heading) > 1:
            faults.append(Fault(sheet.title, number, heading, "这个标题出现了两次"))
    missing = [heading for heading in COLUMNS if heading not in said]
    faults.extend(Fault(sheet.title, number, heading, "缺少这一列") for heading in missing)
    return None if missing else headings


def _rows(
    sheet: Sheet, headings: dict[int, str], towns: Mapping[str, str],
    indicators: Mapping[str, Sequence[Item]], faults: list[Fault],
) -> list[FigureRow]:  # fmt: skip
    rows, seen = [], dict[tuple[str, str], int]()
    for number, found in sheet.rows[1:]:
        nameless = [column for column in found if column not in headings]
        if nameless:
            faults.append(Fault(sheet.title, number, "", "有内容，但第 1 行没有标题"))
        named = {headings[column]: cell for column, cell in found.items() if column in headings}
        if not any(str(named[c]["value"]).strip() for c in (NUMERATOR, DENOMINATOR, BASIS) if c in named):
            continue  # a line of the template nobody has filled in: this figure is still missing
        row = _row(Row(sheet.title, number, named, faults), towns, indicators)
        if row is None:
            continue
        before = seen.setdefault((row.town, row.indicator), number)
        if before != number:
            faults.append(Fault(sheet.title, number, INDICATOR, f"与第 {before} 行重复：同一镇街同一指标"))
        rows.append(row)
    return rows


def _row(row: Row, towns: Mapping[str, str], indicators: Mapping[str, Sequence[Item]]) -> FigureRow | None:
    """The row; None where one of its cells is wrong, which is noted."""
    faults = len(row.faults)
    town, name = row.read(TOWN, cells.code, ""), row.read(NAME, cells.text, "")
    indicator = row.read(INDICATOR, cells.text, "")
    numerator, denominator = row.read(NUMERATOR, number, None), row.read(DENOMINATOR, number, None)
    basis = without_telephone(row.read(BASIS, cells.text, ""))  # it is printed with the points
    if len(row.faults) == faults:  # nothing more is said of a cell that could not be read
        _check_names(row, town, name, indicator, towns, indicators)
        if numerator is None:
            row.fault(NUMERATOR, "不能为空；没有数据请把这一行的分母、依据也留空")
        else:
            _check_number(row, indicators.get(indicator, ()), numerator, denominator)
        if not basis:
            row.fault(BASIS, "不能为空，请写明数据从哪里来")
    if len(row.faults) > faults or numerator is None:
        return None
    return FigureRow(row.number, town, indicator, numerator, denominator, basis)


def _check_names(
    row: Row, town: str, name: str, indicator: str, towns: Mapping[str, str], indicators: Collection[str]
) -> None:
    if town not in towns:
        code = next((code for code, called in towns.items() if called == town), "")
        row.fault(
            TOWN, f"请填编码 {code}" if code else f"本月没有编码为“{town[:30]}”的镇街" if town else "不能为空"
        )
    elif name and name != towns[town]:
        row.fault(NAME, f"编码 {town} 是{towns[town]}，不是{name[:30]}")
    if indicator not in indicators:
        known = f"应为 {'、'.join(indicators)}" if indicators else "本月的考核办法没有部门报送的指标"
        row.fault(INDICATOR, f"没有指标“{indicator[:30]}”；{known}" if indicator else f"不能为空；{known}")


def _check_number(row: Row, items: Sequence[Item], numerator: Decimal, denominator: Decimal | None) -> None:
    if any(figure_shape.not_a_share(item, numerator, denominator) for item in items):
        row.fault(NUMERATOR, f"是比率，请填分子和分母（如 8 和 10），现在只有 {plain(numerator)}")
    elif any(figure_shape.not_plain(item, denominator) for item in items):
        row.fault(DENOMINATOR, "不是比率，请留空，只填分子")
    elif denominator is not None:
        _check_share(row, numerator, denominator)


def _check_share(row: Row, numerator: Decimal, denominator: Decimal) -> None:
    if denominator < 0:
        row.fault(DENOMINATOR, "不能小于 0")
    elif numerator < 0:
        row.fault(NUMERATOR, "有分母时不能小于 0")
    elif numerator > denominator:
        row.fault(NUMERATOR, f"分子 {plain(numerator)} 大于分母 {plain(denominator)}")


def number(value: object) -> Decimal | None:
    """A number to six places; what Excel adds behind the fifteenth digit is dropped."""
    found = cells.number(value, "")
    if found is None:
        return None
    if abs(found) >= MOST:
        raise Unreadable("数太大了")
    rounded = found.quantize(SIXTH, ROUND_HALF_UP)
    if abs(rounded - found) > Decimal("1e-9"):
        raise Unreadable("最多写 6 位小数")
    return rounded + 0  # no zero below zero, which one database keeps and the other does not


def write_figures(title: str, rows: Sequence[Sequence[Any]], made_at: datetime) -> bytes:
    """A sheet to be filled in: rows of (code, indicator, numerator, denominator, basis, town)."""
    book = Workbook()
    page = book.active or book.create_sheet()
    page.title = title
    for column, (heading, width) in enumerate(zip((*COLUMNS, NAME), WIDTHS, strict=True), 1):
        cell = page.cell(1, column, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="F2F2F2" if heading in (DENOMINATOR, NAME) else "DDEBF7")
        page.column_dimensions[cell.column_letter].width = width
    for at, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            _fill(page, at, column, value)
    page.freeze_panes = "A2"
    notes = book.create_sheet(NOTES)
    for sentence in HOW_TO:
        notes.append([sentence])
    notes.column_dimensions["A"].width = 100
    file = io.BytesIO()
    book.save(file)
    return dated(file.getvalue(), made_at)


def _fill(page: Worksheet, at: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    cell = page.cell(at, column, float(value) if isinstance(value, Decimal) else value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"  # never a formula, and a code keeps its zeros
