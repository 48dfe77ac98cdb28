"""The notice's file: as a text editor or Excel in China saves it, or refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.holiday_notice import Fault, Row
from services.notice_file import NoticeRefused, rows_in

TEXT = "date,working,name\r\n2027-01-01,0,元旦\r\n\r\n2027-01-31,1,春节\r\n"
READ = [Row(2, "2027-01-01", "0", "元旦"), Row(4, "2027-01-31", "1", "春节")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_it_is_read_in_every_encoding_that_is_met(encoding: str) -> None:
    assert rows_in(TEXT.encode(encoding)) == READ


def test_excels_unicode_text_is_separated_by_tabs() -> None:
    assert rows_in(TEXT.replace(",", "\t").encode("utf-16")) == READ


def test_columns_are_found_by_their_names_and_others_do_not_matter() -> None:
    text = "名称,备注,日期,Working\n元旦,放假三天,2027-01-01,0\n"
    assert rows_in(text.encode()) == [Row(2, "2027-01-01", "0", "元旦")]


def test_a_row_that_is_too_short_has_empty_cells() -> None:
    assert rows_in(b"date,working,name\n2027-01-01,0\n2027-01-02") == [
        Row(2, "2027-01-01", "0", ""), Row(3, "2027-01-02", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "没有找到 date、working、name"),
        (b"date,name\n2027-01-01,x\n", "没有找到 working"),
        (b"2027-01-01,0,x\n", "没有找到 date、working、name"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "不是文本文件"),
        (b"PK\x03\x04\x00\x00\xff\xff", "不是文本文件"),
        (b'date,working,name\n"2027-01-01,0,x\n', "不是逗号分隔的文本"),
        (b"x" * 1_000_001, "文件太大"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(NoticeRefused, match=why):
        rows_in(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_refusal(content: bytes) -> None:
    def read() -> tuple[list[Row], list[Fault]]:
        try:
            return rows_in(b"date,working,name\n" + content), []
        except NoticeRefused as refused:
            return [], list(refused.faults)

    rows, faults = read()
    assert all(row.line >= 2 for row in rows)
    assert not (rows and faults)
