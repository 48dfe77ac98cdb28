"""Workbooks that are hostile, damaged or none at all: refused in a sentence, and cheaply."""

import io
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.sheets import COLUMNS, WorkbookRefused
from services.workbook import MOST_ROWS, read_workbook
from tests.services.registry_fixtures import BASIS, faults, saved, why, workbook


def repacked(content: bytes, **changed: bytes) -> bytes:
    """The same archive with one entry replaced (name with _ for / and .xml left out)."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            key = name.removesuffix(".xml").replace("/", "_")
            target.writestr(name, changed.get(key, source.read(name)))
    return result.getvalue()


def test_formulas_are_refused_by_cell() -> None:
    book = load_workbook(io.BytesIO(workbook()))
    book["镇街"]["B2"] = '="天"&"穆镇"'
    book["水体"]["E2"] = "=1+1"
    assert faults(saved(book)) == [("镇街", 2, "名称"), ("水体", 2, "长度公里")]
    book["水体"]["E2"] = 3
    assert "B2 是公式" in why(saved(book))


def test_merged_cells_are_named() -> None:
    book = load_workbook(io.BytesIO(workbook()))
    book["镇街"].merge_cells("D2:E3")
    assert why(saved(book)).startswith("D2:E3 是合并单元格")


def test_error_cells_are_named() -> None:
    book = load_workbook(io.BytesIO(workbook()))
    book["公示牌"]["E2"] = "#N/A"
    assert "E2 是错误值 #N/A" in why(saved(book))


def with_towns(count: int) -> bytes:
    """A workbook of so many towns, written by hand: openpyxl would take its time."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>T{n}</v></c><c r="B{n}" t="str"><v>甲镇</v></c>'
        f'<c r="C{n}" t="str"><v>镇</v></c></row>'
        for n in range(2, count + 2)
    )
    content = workbook({}, 镇街=[])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml")
    return repacked(
        content, xl_worksheets_sheet1=page.replace(b"</sheetData>", f"{rows}</sheetData>".encode())
    )


def test_too_many_rows_are_refused() -> None:
    assert f"超过 {MOST_ROWS} 行" in why(with_towns(100_000))


def test_as_many_rows_as_allowed_are_read() -> None:
    assert len(read_workbook(with_towns(MOST_ROWS)).towns or ()) == MOST_ROWS


def test_a_far_away_cell_costs_nothing() -> None:
    content = workbook({}, 镇街=BASIS["镇街"])
    far = b'<row r="999999999"><c r="A999999999" t="str"><v> </v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").replace(b"</sheetData>", far)
    assert len(read_workbook(repacked(content, xl_worksheets_sheet1=page)).towns or ()) == 2


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(workbook(), xl_worksheets_sheet1=b"<worksheet>" + b" " * 150_000_000)
    tracemalloc.start()
    reason = why(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "压缩炸弹" in reason
    assert peak < 20_000_000


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    content = bytearray(workbook())
    size = content.index(b"PK\x01\x02") + 24  # of the first entry, as the archive's directory states it
    content[size : size + 4] = (300_000_000).to_bytes(4, "little")
    assert "超过 200 MB" in why(bytes(content))
    assert "超过 50 MB" in why(bytes(50_000_001))


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><worksheet>&c;</worksheet>'
    assert "实体" in why(repacked(workbook(), xl_worksheets_sheet1=bomb))
    late = b"<!--" + b" " * (1 << 20) + b"-->" + bomb
    assert "实体" in why(repacked(workbook(), xl_worksheets_sheet1=late))
    wide = bomb.decode().encode("utf-16")
    assert "UTF-8" in why(repacked(workbook(), xl_worksheets_sheet1=wide))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "不是 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "旧的 .xls"),
        ("编码,名称\nT1,天穆镇\n".encode(), "不是 .xlsx"),
        (b"PK\x03\x04 broken", "不是 .xlsx"),
        (workbook()[:-30], "不是 .xlsx"),
    ],
    ids=["empty", "xls", "csv", "broken", "cut"],
)
def test_what_is_no_workbook(content: bytes, reason: str) -> None:
    assert reason in why(content)


def test_a_zip_that_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    assert "内部已损坏" in why(file.getvalue())
    assert "内部已损坏" in why(repacked(workbook(), xl_worksheets_sheet1=b"<worksheet><sheetData>"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkbookRefused, match="没有找到文件"):
        read_workbook(tmp_path / "no.xlsx")
    with pytest.raises(WorkbookRefused, match="打不开"):
        read_workbook(tmp_path)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_cell_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    values = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
        st.datetimes(datetime(1900, 3, 1)),  # noqa: DTZ001 - Excel knows no zones st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])),
        st.sampled_from(["T1", "R1", "W1", "镇", "镇级河湖长", "=A1", "Ⅳ类", "2021-02-07", "#REF!"]),
    )  # fmt: skip
    sheet = data.draw(st.sampled_from(list(COLUMNS)))
    row = [data.draw(values) for _ in COLUMNS[sheet]]
    with suppress(WorkbookRefused):
        read_workbook(workbook({**BASIS, sheet: [*BASIS[sheet], row]}))


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 8_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_read_or_refused(where: int, noise: bytes) -> None:
    content = workbook()
    where %= len(content)
    damaged = content[:where] + noise + content[where + len(noise) :]
    with suppress(WorkbookRefused):
        read_workbook(damaged)


CROSSED = "LINESTRING (117.1 39.1, 117.2 39.2, 117.2 39.1, 117.1 39.2)"


@pytest.mark.parametrize("bank", ["左岸", "右岸"])
def test_a_bank_whose_line_crosses_itself_is_refused_with_the_place(bank: str) -> None:
    reach = ["R1", "W1", "T1", "", "北运河", bank, "", "", None, "IV", CROSSED]
    assert "线自相交（在 117.15000 39.15000 附近）" in why(
        workbook({**BASIS, "河段": [reach], "人员": [], "公示牌": []})
    )


def test_a_river_of_both_banks_whose_line_crosses_itself_still_has_its_town() -> None:
    reach = ["R1", "W1", "T1", "", "北运河", "", "", "", None, "IV", CROSSED]
    read = read_workbook(workbook({**BASIS, "河段": [reach], "人员": [], "公示牌": []}))
    assert [row.code for row in read.reaches or ()] == ["R1"]
