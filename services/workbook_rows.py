"""From the cells of the workbook's sheets to rows of the registry, collecting what is wrong on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from openpyxl.utils import get_column_letter

from rules.roles import Role
from rules.routing import Bank
from services import cells, courses, sheets
from services.cells import Unreadable
from services.sheets import (
    BOARDS,
    PEOPLE,
    REACHES,
    REQUIRED,
    TOWNS,
    WATER_BODIES,
    BoardRow,
    Fault,
    PersonRow,
    ReachRow,
    RegistrySheets,
    TownRow,
    WaterBodyRow,
)

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Cells:
    """A sheet's headings by column, and its filled cells by row."""

    sheet: str
    headings: dict[int, str]
    rows: list[tuple[int, dict[int, Any]]]


class Row:
    """One row being read: `read` gives a cell's value, or its stand-in once the fault is noted."""

    def __init__(self, sheet: str, number: int, found: dict[str, Any], faults: list[Fault]) -> None:
        self.sheet, self.number, self.faults = sheet, number, faults
        self._found = found

    def read(self, column: str, reader: Callable[[object], T], otherwise: T) -> T:
        """The value of the cell under this heading."""
        value = self._value(column)
        try:
            read = reader(value)
        except Unreadable as fault:
            self.fault(column, str(fault))
            return otherwise
        if column in REQUIRED.get(self.sheet, ()) and read in ("", None, ()) and value is not _SPOILT:
            self.fault(column, "不能为空")
        return read

    def fault(self, column: str, why: str) -> None:
        """Note what is wrong with a cell."""
        self.faults.append(Fault(self.sheet, self.number, column, why))

    def _value(self, column: str) -> object:
        cell = self._found.get(column)
        if cell is None:
            return None
        value = cell["value"]
        where = f"{get_column_letter(cell['column'])}{self.number}"
        if cell["data_type"] == "f" or (isinstance(value, str) and value.lstrip().startswith("=")):
            self.fault(column, f"{where} 是公式，不读取公式；请复制后“选择性粘贴—数值”再导入")
            return _SPOILT
        if cell["data_type"] == "e":
            self.fault(column, f"{where} 是错误值 {value}")
            return _SPOILT
        return value


class _Spoilt:
    """Stands in for a cell whose fault is noted already: reads as empty, and is not said to be empty."""

    def __str__(self) -> str:
        return ""


_SPOILT = _Spoilt()


def read_rows(tables: dict[str, Cells], faults: list[Fault]) -> RegistrySheets:
    """Every row of every sheet; rows with faults are kept so that others may refer to them."""
    return RegistrySheets(
        towns=_all(tables, TOWNS, _town, faults),
        water_bodies=_all(tables, WATER_BODIES, _water_body, faults),
        reaches=_all(tables, REACHES, _reach, faults),
        people=_all(tables, PEOPLE, _person, faults),
        boards=_all(tables, BOARDS, _board, faults),
        columns={name: frozenset(table.headings.values()) for name, table in tables.items()},
    )


def _all(
    tables: dict[str, Cells], sheet: str, read: Callable[[Row], R], faults: list[Fault]
) -> tuple[R, ...] | None:
    table = tables.get(sheet)
    if table is None:
        return None
    rows = []
    for number, filled in table.rows:
        found = {table.headings[column]: cell for column, cell in filled.items() if column in table.headings}
        if any(str(cell["value"]).strip() for cell in found.values()):
            rows.append(read(Row(sheet, number, found, faults)))
    return tuple(rows) or None


def _town(row: Row) -> TownRow:
    since, until = _span(row, "起", "止")
    return TownRow(
        row.number,
        row.read("编码", cells.code, ""),
        row.read("名称", cells.text, ""),
        row.read("类型", cells.choice(sheets.TOWN_KINDS), ""),
        since,
        until,
    )


def _water_body(row: Row) -> WaterBodyRow:
    return WaterBodyRow(
        row.number,
        row.read("编码", cells.code, ""),
        row.read("名称", cells.text, ""),
        row.read("类别", cells.choice(sheets.WATER_KINDS), ""),
        row.read("管理级别", cells.choice(sheets.LEVELS), ""),
        row.read("长度公里", cells.length, None),
    )


def _reach(row: Row) -> ReachRow:
    bank, course = row.read("岸别", cells.bank, Bank.BOTH), row.read("几何", courses.course, "")
    if bank is not Bank.BOTH and course and (where := courses.crossing(course)):
        row.fault("几何", f"线自相交（在 {where} 附近），分不出左右岸，请改正后再导入")
    return ReachRow(
        row.number,
        row.read("编码", cells.code, ""),
        row.read("水体编码", cells.code, ""),
        row.read("镇街编码", cells.code, ""),
        row.read("村居", cells.names, ()),
        row.read("名称", cells.text, ""),
        bank,
        row.read("起点", cells.text, ""),
        row.read("终点", cells.text, ""),
        row.read("长度公里", cells.length, None),
        row.read("水质目标", cells.target, ""),
        course,
    )


def _person(row: Row) -> PersonRow:
    since, until = _span(row, "任职起", "任职止")
    return PersonRow(
        row.number,
        row.read("姓名", cells.text, ""),
        row.read("手机号", cells.phone, ""),
        row.read("职务", cells.text, ""),
        row.read("角色", cells.role, Role.VOLUNTEER),
        row.read("镇街编码", cells.codes, ()),
        row.read("河段编码", cells.codes, ()),
        row.read("部门", cells.text, ""),
        since,
        until,
        row.read("openid", cells.openid, ""),
    )


def _board(row: Row) -> BoardRow:
    longitude = row.read("经度", cells.degrees, None)
    latitude = row.read("纬度", cells.degrees, None)
    if longitude is not None and latitude is not None:
        try:
            courses.check_position(longitude, latitude)
        except Unreadable as fault:
            row.fault("经度", str(fault))
    elif longitude is not None or latitude is not None:
        row.fault("纬度" if latitude is None else "经度", "经度与纬度要么都填，要么都不填")
    return BoardRow(
        row.number,
        row.read("编号", cells.code, ""),
        row.read("河段编码", cells.code, ""),
        longitude,
        latitude,
        row.read("状态", _board_state, ""),
    )


def _board_state(value: object) -> str:
    return cells.choice(sheets.BOARD_STATES)(cells.text(value) or "完好")


def _span(row: Row, first: str, last: str) -> tuple[date | None, date | None]:
    since, until = row.read(first, cells.day, None), row.read(last, cells.day, None)
    if since is not None and until is not None and until < since:
        row.fault(last, f"早于“{first}”（{since.isoformat()}）")
    return since, until
