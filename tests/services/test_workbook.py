"""The registry's workbook: read whole, every wrong cell named, hostile files refused in a sentence."""

import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from rules.roles import Role
from rules.routing import Bank
from services.sheets import COLUMNS, WorkbookRefused
from services.workbook import read_workbook
from services.workbook_writing import template, write_workbook
from tests.services.registry_fixtures import BASIS, faults, saved, why, workbook

MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)


def test_every_sheet_and_column_is_read() -> None:
    sheets = read_workbook(workbook())
    assert sheets.towns is not None
    assert [(t.code, t.name, t.kind) for t in sheets.towns] == [
        ("T1", "天穆镇", "镇"),
        ("T2", "北仓镇", "镇"),
    ]
    assert sheets.reaches is not None
    assert sheets.reaches[0].bank is Bank.BOTH
    assert sheets.reaches[1].target == "IV"
    assert sheets.people is not None
    assert [p.role for p in sheets.people] == [Role.TOWN_CHIEF, Role.VILLAGE_CHIEF, Role.OFFICE]
    assert sheets.people[1].reaches == ("R1",)
    assert sheets.boards is not None
    assert [b.state for b in sheets.boards] == ["完好", "完好"]


def test_what_is_written_reads_the_same() -> None:
    sheets = read_workbook(workbook())
    assert read_workbook(write_workbook(sheets, MADE_AT)) == sheets


def test_columns_may_be_absent_and_rows_blank() -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "镇街"
    for row in (["名称", "编码", "类型"], [], ["天穆镇", 120113100.0, "镇"], ["  ", None, ""]):
        page.append(row)
    book.create_sheet("Sheet2")
    sheets = read_workbook(saved(book))
    assert sheets.towns is not None
    assert [(t.row, t.code) for t in sheets.towns] == [(3, "120113100")]
    assert not sheets.has("镇街", "起")
    assert sheets.reaches is None


def test_dates_in_cells_and_in_words() -> None:
    towns = [
        ["T1", "甲", "镇", datetime(2021, 2, 7), "2030-01-01"],  # noqa: DTZ001 - Excel knows no zones
        ["T2", "乙", "街道", date(2021, 2, 7), None],
    ]
    sheets = read_workbook(workbook({}, 镇街=towns))
    assert sheets.towns is not None
    assert [(t.since, t.until) for t in sheets.towns] == [
        (date(2021, 2, 7), date(2030, 1, 1)),
        (date(2021, 2, 7), None),
    ]


def test_every_fault_is_named_at_once_in_order() -> None:
    content = workbook(
        镇街=[["T1", "甲", "村", "2021-13-01", None], ["T1", "", "镇", "2022-01-02", "2022-01-01"]],
        水体=[["W1", "河", "大河", "市管", "很长"]],
        河段=[
            ["R1", "W9", "T1、T2", None, "段", "上岸", None, None, None, "VI", "LINESTRING (39 117, 39 118)"]
        ],
        人员=[
            ["王一", "123", None, "镇长", "T7", "R7", None, None, None, "o!"],
            ["王二", None, None, "镇级河湖长", None, None, None, None, None, None],
            ["王三", None, None, "村级河湖长", "T1", None, None, None, None, None],
        ],
        公示牌=[["B1", "R1", 39.2, 117.1, "歪"], ["B2", "R1", 117.1, None, None]],
    )
    assert faults(content) == [
        ("镇街", 2, "类型"), ("镇街", 2, "起"), ("镇街", 3, "编码"), ("镇街", 3, "名称"), ("镇街", 3, "止"),
        ("水体", 2, "类别"), ("水体", 2, "长度公里"),
        ("河段", 2, "水体编码"), ("河段", 2, "镇街编码"), ("河段", 2, "岸别"), ("河段", 2, "水质目标"),
        ("河段", 2, "几何"),
        ("人员", 2, "手机号"), ("人员", 2, "角色"), ("人员", 2, "镇街编码"), ("人员", 2, "河段编码"),
        ("人员", 2, "openid"), ("人员", 3, "镇街编码"), ("人员", 4, "河段编码"),
        ("公示牌", 2, "经度"), ("公示牌", 2, "状态"), ("公示牌", 3, "纬度"),
    ]  # fmt: skip


def test_a_fault_says_where_and_why() -> None:
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(workbook(镇街=[["T1", "甲", "乡", None, None], ["T2", "乙", "镇", None, None]]))
    assert str(refused.value) == "“镇街”第 2 行“类型”：“乡”不在可填的值之内：镇、街道、开发区"


def test_the_same_person_twice_and_the_same_openid_twice() -> None:
    one = ["王一", None, None, "镇级河湖长", "T1", None, None, None, None, "openid-1"]
    assert faults(workbook(人员=[one, one])) == [("人员", 3, "姓名")]
    assert faults(workbook(人员=[one, ["李二", *one[1:]]])) == [("人员", 3, "openid")]
    before = [*one[:7], "2020-01-01", "2020-12-31", None]
    assert read_workbook(workbook(人员=[before, [*one[:7], "2021-01-01", None, None]])).people is not None


def test_unknown_sheets_and_columns_are_named() -> None:
    book = load_workbook(io.BytesIO(workbook()))
    book["镇街"].cell(1, 6, "备注")
    book["镇街"].cell(3, 8, "没有标题")
    book.create_sheet("河断").append(["编码"])
    book["水体"].cell(1, 3).value = None
    assert faults(saved(book)) == [
        ("河断", 0, ""), ("镇街", 1, "备注"), ("镇街", 3, "H 列"), ("水体", 1, "类别"),
    ]  # fmt: skip


def test_an_empty_workbook_says_which_sheets_there_should_be() -> None:
    assert "镇街、水体、河段、人员、公示牌" in why(saved(Workbook()))
    assert "没有一个表有数据" in why(template(MADE_AT))


def test_the_template_has_every_column_a_note_and_lists() -> None:
    book = load_workbook(io.BytesIO(template(MADE_AT)))
    assert book.sheetnames == ["说明", *COLUMNS]
    for sheet, columns in COLUMNS.items():
        assert tuple(cell.value for cell in book[sheet][1]) == columns
    lists = {hint.formula1 for sheet in COLUMNS for hint in book[sheet].data_validations.dataValidation}
    assert '"镇,街道,开发区"' in lists
    assert '"左岸,右岸"' in lists
    noted = {(row[0].value, row[1].value) for row in book["说明"].iter_rows()}
    assert noted >= {(sheet, column) for sheet, columns in COLUMNS.items() for column in columns}


def test_a_filled_template_imports() -> None:
    book = load_workbook(io.BytesIO(template(MADE_AT)))
    for sheet, rows in BASIS.items():
        for row in rows:
            book[sheet].append(list(row))
    assert read_workbook(saved(book)) == read_workbook(workbook())


def test_the_same_rows_make_the_same_file() -> None:
    sheets = read_workbook(workbook())
    assert write_workbook(sheets, MADE_AT) == write_workbook(sheets, MADE_AT)


def test_nothing_written_is_a_formula() -> None:
    sheets = read_workbook(workbook(人员=[["+一", None, "@x", "河长办", None, None, "-1", None, None, None]]))
    book = load_workbook(io.BytesIO(write_workbook(sheets, MADE_AT)))
    assert {cell.data_type for cell in book["人员"][2] if cell.value} == {"s"}
