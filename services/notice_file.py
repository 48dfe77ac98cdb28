"""A notice of days off as a file of comma-separated values: as Excel saves it in China, or a text editor."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from rules.holiday_notice import Fault, Row
from rules.refusal import Refusal

COLUMNS = {
    "date": ("date", "日期"),
    "working": ("working", "上班", "是否上班"),
    "name": ("name", "名称", "节日"),
}
MOST_BYTES = 1_000_000
"""A year has 366 lines; more than this is no notice."""


class NoticeRefused(Refusal):
    """The file cannot be taken over; `faults` names every line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(["没有导入，请改正后再试：", *map(str, faults)]))
        self.faults = faults


def rows_in(content: bytes) -> list[Row]:
    """Its rows, blank ones left out; raises NoticeRefused where it is no such file."""
    text = _decoded(content)
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(_rows(reader))
    except csv.Error as error:
        raise _refused(f"第 {reader.line_num} 行不是逗号分隔的文本") from error


def _rows(reader: Any) -> Iterator[Row]:
    """The rows below the heading of a csv reader."""
    heading: list[str] = next((line for line in reader if any(cell.strip() for cell in line)), [])
    names = [cell.strip().lower() for cell in heading]
    places = {
        column: next((names.index(name) for name in called if name in names), -1)
        for column, called in COLUMNS.items()
    }
    missing = [column for column, place in places.items() if place < 0]
    if missing:
        raise _refused(f"第一行应是列名 date,working,name，没有找到 {'、'.join(missing)}")
    for line in reader:
        cells = {column: line[place] if place < len(line) else "" for column, place in places.items()}
        if any(cell.strip() for cell in line):
            yield Row(reader.line_num, **cells)


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else GB 18030 (which holds GBK)."""
    if len(content) > MOST_BYTES:
        raise _refused("文件太大，不是一年的放假安排")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refused("不是文本文件；请在 Excel 里另存为“CSV（逗号分隔）”")


def _refused(why: str) -> NoticeRefused:
    return NoticeRefused([Fault(0, why)])
