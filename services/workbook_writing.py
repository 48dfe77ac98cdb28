"""Writing the registry's workbook: the registry as it is, or an empty one with its notes and drop-down lists."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from rules.roles import ROLE_NAMES
from services.sheets import (
    BANK_WORDS,
    BOARD_STATES,
    BOARDS,
    COLUMNS,
    LEVELS,
    NOTES,
    PEOPLE,
    REACHES,
    REQUIRED,
    TARGETS,
    TOWN_KINDS,
    TOWNS,
    WATER_BODIES,
    WATER_KINDS,
    RegistrySheets,
)

Value = str | float | date | None

WORDS: dict[tuple[str, str], Sequence[str]] = {
    (TOWNS, "类型"): TOWN_KINDS,
    (WATER_BODIES, "类别"): WATER_KINDS,
    (WATER_BODIES, "管理级别"): LEVELS,
    (REACHES, "岸别"): tuple(word for word in BANK_WORDS.values() if word),
    (REACHES, "水质目标"): TARGETS,
    (PEOPLE, "角色"): tuple(ROLE_NAMES.values()),
    (BOARDS, "状态"): BOARD_STATES,
}
"""Columns with a drop-down list."""
DATES = frozenset({"起", "止", "任职起", "任职止"})
NUMBERS = frozenset({"长度公里", "经度", "纬度"})

HOW_TO: dict[tuple[str, str], tuple[str, str]] = {
    (TOWNS, "编码"): ("镇街的编码，自定，不重复；建议用统计用区划代码", "120113100"),
    (TOWNS, "名称"): ("镇、街道、开发区的全称", "天穆镇"),
    (TOWNS, "类型"): ("镇、街道、开发区", "镇"),
    (TOWNS, "起"): ("设立之日；一直都有的留空", "2021-02-07"),
    (TOWNS, "止"): ("撤销前的最后一天；仍存在的留空", ""),
    (WATER_BODIES, "编码"): ("水体的编码，自定，不重复", "BYH"),
    (WATER_BODIES, "名称"): ("水体名称", "北运河"),
    (WATER_BODIES, "类别"): ("河道、沟渠、湖泊、水库、坑塘", "河道"),
    (WATER_BODIES, "管理级别"): ("市管、区管、镇管、村管", "市管"),
    (WATER_BODIES, "长度公里"): ("本区境内长度，可留空", "20.5"),
    (REACHES, "编码"): ("河段的编码，自定，不重复", "BYH-03"),
    (REACHES, "水体编码"): ("所属水体，见“水体”表", "BYH"),
    (REACHES, "镇街编码"): ("负责的镇街（只一个）；两镇街交界的河段按左右岸写成两行", "120113100"),
    (REACHES, "村居"): ("沿线村居，多个用、隔开，可留空", "天穆村、柳滩村"),
    (REACHES, "名称"): ("居民看得懂的名称", "北运河天穆镇段"),
    (REACHES, "岸别"): ("只管一岸时填左岸或右岸（面向下游）；两岸都管的留空", "左岸"),
    (REACHES, "起点"): ("上游一端的地名", "外环线桥"),
    (REACHES, "终点"): ("下游一端的地名", "勤俭桥"),
    (REACHES, "长度公里"): ("可留空", "3.2"),
    (REACHES, "水质目标"): ("I、II、III、IV、V，可留空", "IV"),
    (REACHES, "几何"): (
        "WKT：LINESTRING、MULTILINESTRING 或 POLYGON，WGS-84，经度在前，从上游画到下游",
        "LINESTRING (117.13 39.21, 117.14 39.19)",
    ),
    (PEOPLE, "姓名"): ("一人任几职写几行", "张三"),
    (PEOPLE, "手机号"): ("同一人各行写同一个号码", "13800000000"),
    (PEOPLE, "职务"): ("对外的称呼", "镇长"),
    (PEOPLE, "角色"): ("从下拉列表中选", "镇级河湖长"),
    (PEOPLE, "镇街编码"): ("镇级河湖长、镇街联络员必填", "120113100"),
    (PEOPLE, "河段编码"): ("村级河湖长必填，多个用、隔开", "BYH-03"),
    (PEOPLE, "部门"): ("成员单位、河长办填所在部门", "区水务局"),
    (PEOPLE, "任职起"): ("第一天；不知道的留空", "2024-03-01"),
    (PEOPLE, "任职止"): ("最后一天；在任的留空", ""),
    (PEOPLE, "openid"): ("一般留空，由本人用邀请码绑定微信", ""),
    (BOARDS, "编号"): ("公示牌编号，不重复", "BYH-03-1"),
    (BOARDS, "河段编码"): ("立在哪个河段，见“河段”表", "BYH-03"),
    (BOARDS, "经度"): ("WGS-84，可与纬度一起留空", "117.1352"),
    (BOARDS, "纬度"): ("WGS-84", "39.2005"),
    (BOARDS, "状态"): ("完好、破损、缺失", "完好"),
}
"""Sheet and column → what to fill in, and an example."""

GENERAL_NOTES = (
    "请不要改表名和第 1 行的标题；每行每格各填各的，不用公式，不合并单元格。本“说明”表导入时不读。",
    "一个表只要有数据，就以它为准：表里没有的镇街、河段、公示牌、任职，导入后即告结束（保留历史，不会删除）。",
    "不打算改动的表可以留空或整表删去，系统中原有的内容保持不变。",
    "导入前可先运行 flask registry check 文件名，查看会改动什么、哪些格有错。",
)
EMPTY_ROWS = 2_000
"""How far down an empty workbook's drop-down lists reach."""


def write_workbook(sheets: RegistrySheets, made_at: datetime, *, notes: Sequence[str] = ()) -> bytes:
    """These rows as a workbook that imports again without a difference."""
    return _write({sheet: list(rows) for sheet, rows in _tables(sheets).items()}, made_at, notes)


def template(made_at: datetime) -> bytes:
    """An empty workbook; its examples stand in the 说明 sheet, where no import takes them for data."""
    return _write({sheet: [] for sheet in COLUMNS}, made_at, ())


def _tables(sheets: RegistrySheets) -> Mapping[str, Iterable[Sequence[Value]]]:
    return {
        TOWNS: ((t.code, t.name, t.kind, t.since, t.until) for t in sheets.towns or ()),
        WATER_BODIES: (
            (b.code, b.name, b.kind, b.level, _number(b.length_km)) for b in sheets.water_bodies or ()
        ),
        REACHES: (
            (
                r.code, r.water_body, r.town, "、".join(r.villages), r.name, BANK_WORDS[r.bank],
                r.start, r.end, _number(r.length_km), r.target, r.wkt,
            )
            for r in sheets.reaches or ()
        ),
        PEOPLE: (
            (
                p.name, p.phone, p.title, ROLE_NAMES[p.role], "、".join(p.towns), "、".join(p.reaches),
                p.department, p.since, p.until, p.openid,
            )
            for p in sheets.people or ()
        ),
        BOARDS: ((b.code, b.reach, b.longitude, b.latitude, b.state) for b in sheets.boards or ()),
    }  # fmt: skip


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _write(tables: Mapping[str, list[Sequence[Value]]], made_at: datetime, notes: Sequence[str]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    _write_notes(book.create_sheet(NOTES), notes)
    for sheet, rows in tables.items():
        _write_table(book.create_sheet(sheet), sheet, rows)
    book.active = 1
    file = io.BytesIO()
    book.save(file)
    return dated(file.getvalue(), made_at)


def _write_table(page: Worksheet, sheet: str, rows: list[Sequence[Value]]) -> None:
    for column, heading in enumerate(COLUMNS[sheet], 1):
        cell = page.cell(1, column, heading)
        required = heading in REQUIRED[sheet]
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDEBF7" if required else "F2F2F2")
        letter = get_column_letter(column)
        page.column_dimensions[letter].width = 40 if heading == "几何" else 16
        page.column_dimensions[letter].number_format = _format(heading)
        _add_list(page, sheet, heading, letter, len(rows))
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            if value is None or value == "":
                continue
            cell = page.cell(number, column, value)
            cell.number_format = _format(COLUMNS[sheet][column - 1])
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula, whatever it begins with
    page.freeze_panes = "A2"


def _format(heading: str) -> str:
    return "yyyy-mm-dd" if heading in DATES else "General" if heading in NUMBERS else "@"


def _add_list(page: Worksheet, sheet: str, heading: str, letter: str, rows: int) -> None:
    how, example = HOW_TO[(sheet, heading)]
    words = WORDS.get((sheet, heading))
    hint = DataValidation(
        type="list" if words else None,
        formula1=f'"{",".join(words)}"' if words else None,
        allow_blank=True,
        showErrorMessage=bool(words),
        errorTitle="请从列表中选择",
        error="；".join(words) if words else None,
        showInputMessage=True,
        promptTitle=heading,
        prompt=how + (f"。例：{example}" if example else ""),
    )
    hint.add(f"{letter}2:{letter}{max(rows + 1, 0) + EMPTY_ROWS}")
    page.add_data_validation(hint)


def _write_notes(page: Worksheet, notes: Sequence[str]) -> None:
    for sentence in (*notes, *GENERAL_NOTES):
        page.append([sentence])
    page.append([])
    page.append(["表", "列", "必填", "填什么", "例"])
    for cell in page[page.max_row]:
        cell.font = Font(bold=True)
    for (sheet, heading), (how, example) in HOW_TO.items():
        page.append([sheet, heading, "必填" if heading in REQUIRED[sheet] else "", how, example])
        page.cell(page.max_row, 4).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (10, 12, 8, 60, 44), strict=True):
        page.column_dimensions[letter].width = width


def dated(content: bytes, made_at: datetime) -> bytes:
    """The same workbook as made at that time, to the last byte: openpyxl reads the clock on its own."""
    stamp = f"{made_at:%Y-%m-%dT%H:%M:%SZ}"
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        for entry in source.infolist():
            data: Any = source.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(rb">\d{4}-\d\d-\d\dT[\d:]+Z<", f">{stamp}<".encode(), data)
            dated = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            dated.external_attr = 0o600 << 16
            target.writestr(dated, data, zipfile.ZIP_DEFLATED)
    return result.getvalue()
