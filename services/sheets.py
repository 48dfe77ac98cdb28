"""The registry's workbook as values: its five sheets, their columns and rows, and what can be wrong in them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from rules.roles import Role
from rules.routing import Bank

TOWNS, WATER_BODIES, REACHES, PEOPLE, BOARDS = "镇街", "水体", "河段", "人员", "公示牌"
NOTES = "说明"
"""A sheet for people: the import does not read it."""

COLUMNS: dict[str, tuple[str, ...]] = {
    TOWNS: ("编码", "名称", "类型", "起", "止"),
    WATER_BODIES: ("编码", "名称", "类别", "管理级别", "长度公里"),
    REACHES: (
        "编码", "水体编码", "镇街编码", "村居", "名称", "岸别", "起点", "终点", "长度公里", "水质目标", "几何",
    ),
    PEOPLE: (
        "姓名", "手机号", "职务", "角色", "镇街编码", "河段编码", "部门", "任职起", "任职止", "openid",
    ),
    BOARDS: ("编号", "河段编码", "经度", "纬度", "状态"),
}  # fmt: skip
"""Sheets and columns in the order in which they are written and their faults are told."""

REQUIRED: dict[str, frozenset[str]] = {
    TOWNS: frozenset({"编码", "名称", "类型"}),
    WATER_BODIES: frozenset({"编码", "名称", "类别", "管理级别"}),
    REACHES: frozenset({"编码", "水体编码", "镇街编码", "名称", "几何"}),
    PEOPLE: frozenset({"姓名", "角色"}),
    BOARDS: frozenset({"编号", "河段编码"}),
}
"""Columns that must be there and filled in every row; the others may be empty or absent."""

TOWN_KINDS = ("镇", "街道", "开发区")
WATER_KINDS = ("河道", "沟渠", "湖泊", "水库", "坑塘")
LEVELS = ("市管", "区管", "镇管", "村管")
TARGETS = ("I", "II", "III", "IV", "V")
BANK_WORDS = {Bank.BOTH: "", Bank.LEFT: "左岸", Bank.RIGHT: "右岸"}
BOARD_STATES = ("完好", "破损", "缺失")


@dataclass(frozen=True, order=True)
class Fault:
    """One wrong cell (or row, column, sheet) and why; `row` 0 means the sheet as a whole."""

    sheet: str
    row: int
    column: str
    why: str

    def __str__(self) -> str:
        place = f"“{self.sheet}”" if self.sheet else "文件"
        place += f"第 {self.row} 行" if self.row else ""
        place += f"“{self.column}”" if self.column else ""
        return f"{place}：{self.why}"


class WorkbookRefused(Exception):
    """The workbook cannot be taken over; every fault is named."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(dict.fromkeys(faults), key=_place)
        super().__init__("\n".join(map(str, self.faults)))


def _place(fault: Fault) -> tuple[int, str, int, int, str]:
    sheets = list(COLUMNS)
    columns = COLUMNS.get(fault.sheet, ())
    return (
        sheets.index(fault.sheet) if fault.sheet in sheets else -1,
        fault.sheet,
        fault.row,
        columns.index(fault.column) if fault.column in columns else -1,
        fault.why if columns else "",  # of a sheet that is not the registry's, as they were found
    )


@dataclass(frozen=True)
class TownRow:
    """A row of 镇街."""

    row: int
    code: str
    name: str
    kind: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class WaterBodyRow:
    """A row of 水体."""

    row: int
    code: str
    name: str
    kind: str
    level: str
    length_km: Decimal | None


@dataclass(frozen=True)
class ReachRow:
    """A row of 河段; `wkt` is checked and in its one canonical spelling."""

    row: int
    code: str
    water_body: str
    town: str
    villages: tuple[str, ...]
    name: str
    bank: Bank
    start: str
    end: str
    length_km: Decimal | None
    target: str
    wkt: str


@dataclass(frozen=True)
class PersonRow:
    """A row of 人员: one person in one office (in several towns, if several are named)."""

    row: int
    name: str
    phone: str
    title: str
    role: Role
    towns: tuple[str, ...]
    reaches: tuple[str, ...]
    department: str
    since: date | None
    until: date | None
    openid: str


@dataclass(frozen=True)
class BoardRow:
    """A row of 公示牌."""

    row: int
    code: str
    reach: str
    longitude: float | None
    latitude: float | None
    state: str


@dataclass(frozen=True)
class RegistrySheets:
    """What a workbook says. A sheet that is absent or has no row is None: it is left as it is."""

    towns: tuple[TownRow, ...] | None = None
    water_bodies: tuple[WaterBodyRow, ...] | None = None
    reaches: tuple[ReachRow, ...] | None = None
    people: tuple[PersonRow, ...] | None = None
    boards: tuple[BoardRow, ...] | None = None
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    """Which columns each sheet has: what an absent column could say is left as it is."""

    def has(self, sheet: str, column: str) -> bool:
        """Whether the sheet carries this column."""
        return column in self.columns.get(sheet, frozenset(COLUMNS[sheet]))
