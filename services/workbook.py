"""Reading the registry's workbook: guarded against what is no workbook, every wrong cell named, nothing believed."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import WorkSheetParser

from services.cross_references import check_references
from services.sheets import COLUMNS, NOTES, REQUIRED, Fault, RegistrySheets, WorkbookRefused
from services.workbook_rows import Cells, read_rows

MOST_FILE_BYTES = 50_000_000
MOST_BYTES = 200_000_000
MOST_TIMES = 200
"""A file may unpack to so many times its size (checked above a size that harms nobody)."""
HARMLESS_BYTES = 5_000_000
MOST_CELLS = 3_000_000
MOST_ROWS = 20_000
"""Rows in one sheet."""


@dataclass(frozen=True)
class Sheet:
    """A sheet as it stands in the file: its cells by row, and the cells that were merged."""

    title: str
    rows: list[tuple[int, dict[int, Any]]]
    merged: list[str]
    too_long: bool = False


def read_workbook(source: Path | str | bytes) -> RegistrySheets:
    """Read and check a workbook by itself; raise WorkbookRefused naming every fault."""
    faults: list[Fault] = []
    tables: dict[str, Cells] = {}
    for sheet in sheets_in(content_of(source)):
        table = _table(sheet, faults)
        if table is not None:
            tables[sheet.title] = table
    if not tables and not faults:
        faults.append(Fault("", 0, "", f"没有一个表有数据；应有的表是 {'、'.join(COLUMNS)}"))
    sheets = read_rows(tables, faults)
    check_references(sheets, faults)
    if faults:
        raise WorkbookRefused(faults)
    return sheets


def sheets_in(content: bytes) -> list[Sheet]:
    """Every sheet but the notes, out of a guarded file; raise WorkbookRefused where it is no sound workbook."""
    _check_archive(content)
    return _sheets(content)


def content_of(source: Path | str | bytes) -> bytes:
    """The file's bytes; raise WorkbookRefused where it is not there, too large, or an old .xls."""
    content = source if isinstance(source, bytes) else _read(Path(source))
    if len(content) > MOST_FILE_BYTES:
        raise _refused(f"文件超过 {MOST_FILE_BYTES // 1_000_000} MB，不予读取")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused("这是旧的 .xls 格式，或加了密码；请去掉密码，另存为 .xlsx 再导入")
    return content


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise _refused(f"没有找到文件 {path}") from None
    except OSError as error:
        raise _refused(f"文件 {path} 打不开（{error.strerror}）") from error


def _check_archive(content: bytes) -> None:
    """Measure what the archive unpacks to before anything is unpacked into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            if size > MOST_BYTES or len(entries) > 2_000:
                raise _refused(
                    f"文件解压后有 {size // 1_000_000} MB，超过 {MOST_BYTES // 1_000_000} MB，不予读取"
                )
            if size > HARMLESS_BYTES and size > MOST_TIMES * len(content):
                raise _refused(f"文件解压后是原来的 {size // len(content)} 倍，像压缩炸弹，不予读取")
            cells = sum(_count_cells(archive, entry) for entry in entries if entry.filename.endswith(".xml"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise _refused("这不是 .xlsx 工作簿，或文件已损坏；请用 Excel 或 WPS 另存为 .xlsx 再导入") from None
    if cells > MOST_CELLS:
        raise _refused(f"工作簿有 {cells} 个单元格，超过 {MOST_CELLS} 个，不予读取")


def _count_cells(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    cells = 0
    with archive.open(entry) as stream:
        while piece := stream.read(1 << 20):
            if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                raise _refused("文件里有 XML 实体定义，正常的工作簿没有，不予读取")
            if b"\0" in piece:
                raise _refused("文件里的 XML 不是 UTF-8 编码，不予读取")
            cells += piece.count(b"<c ") + piece.count(b"<c>") + piece.count(b"<c/>") + piece.count(b"<si>")
    return cells


def _sheets(content: bytes) -> list[Sheet]:
    """Let openpyxl take the file apart; whatever it stumbles over means that this is no sound workbook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and extensions it does not know are no concern of ours
        try:
            workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            try:
                return [
                    _read_sheet(workbook, sheet)
                    for sheet in workbook.worksheets
                    if sheet.title.strip() != NOTES
                ]
            finally:
                workbook.close()
        except Exception as error:
            raise _refused(
                f"工作簿的内部已损坏（{type(error).__name__}）；请用 Excel 或 WPS 另存一份再导入"
            ) from error


def _read_sheet(workbook: Any, sheet: Any) -> Sheet:
    source: IO[bytes]
    with sheet._get_source() as source:
        # the parser itself, not iter_rows: that one fills in every missing row up to the last
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        rows: list[tuple[int, dict[int, Any]]] = []
        for number, cells in _filled(parser):
            if len(rows) > MOST_ROWS:
                return Sheet(sheet.title.strip(), rows[:1], [], too_long=True)
            rows.append((number, cells))
        merged = [str(area.ref) for area in parser.merged_cells.mergeCell] if parser.merged_cells else []
    return Sheet(sheet.title.strip(), rows, merged)


def _filled(parser: Any) -> Iterator[tuple[int, dict[int, Any]]]:
    for number, cells in parser.parse():
        filled = {cell["column"]: cell for cell in cells if cell["value"] not in (None, "")}
        if filled:
            yield number, filled


def _table(sheet: Sheet, faults: list[Fault]) -> Cells | None:
    """A known sheet's rows by heading; an empty sheet says nothing and is none."""
    if not sheet.rows:
        return None
    if sheet.title not in COLUMNS:
        faults.append(Fault(sheet.title, 0, "", f"没有这样的表；表名应为 {'、'.join(COLUMNS)}（说明表不读）"))
        return None
    if sheet.too_long:
        faults.append(Fault(sheet.title, 0, "", f"超过 {MOST_ROWS} 行，请分批或核对是否选错了文件"))
        return None
    merged = "是合并单元格，请取消合并，每行每格各填各的"
    faults.extend(Fault(sheet.title, 0, "", f"{area} {merged}") for area in sheet.merged)
    headings = _headings(sheet, faults)
    rows = sheet.rows[1:]
    if not rows or headings is None:
        return None
    nameless = {
        column: number for number, cells in reversed(rows) for column in cells if column not in headings
    }
    for column, number in nameless.items():
        faults.append(
            Fault(sheet.title, number, f"{get_column_letter(column)} 列", "有内容，但第 1 行没有标题")
        )
    return Cells(sheet.title, headings, rows)


def _headings(sheet: Sheet, faults: list[Fault]) -> dict[int, str] | None:
    number, cells = sheet.rows[0]
    known = COLUMNS[sheet.title]
    headings: dict[int, str] = {}
    for column, cell in cells.items():
        heading = str(cell["value"]).strip()
        if heading in headings.values():
            faults.append(Fault(sheet.title, number, heading, "这个标题出现了两次"))
        elif heading not in known:
            faults.append(Fault(sheet.title, number, heading[:30], f"没有这样的列；应为 {'、'.join(known)}"))
        headings[column] = heading
    missing = [
        heading for heading in known if heading in REQUIRED[sheet.title] and heading not in headings.values()
    ]
    faults.extend(Fault(sheet.title, number, heading, "缺少这一列") for heading in missing)
    return None if missing else headings


def _refused(why: str) -> WorkbookRefused:
    return WorkbookRefused([Fault("", 0, "", why)])
