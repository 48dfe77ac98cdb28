"""What a command writes for people: Chinese names, days that end at 24:00, nothing that says nothing."""

import pytest

from commands.in_words import lines_of, said
from commands.installation import in_words


def test_a_moment_is_written_as_people_write_it_and_the_end_of_a_day_as_24_00() -> None:
    assert said("2026-12-11T00:00:00+08:00") == "2026-12-10 24:00"
    assert said("2026-12-07T09:30:03+08:00") == "2026-12-07 09:30"
    assert [said(value) for value in (True, False, None, 3, "手工")] == ["是", "否", "", "3", "手工"]


def test_a_row_is_written_under_chinese_names_without_codes_and_what_is_empty() -> None:
    row = {
        "number": "〔2026〕1号", "year": 2026, "serial": 1, "state": "issued", "state_name": "待答复", "remark": "",
        "answers": [{"number": 1, "words": "已清理", "accepted": None, "photos": ["ab", "cd"]}],
    }  # fmt: skip
    assert list(lines_of(row)) == [
        "编号：〔2026〕1号", "状态：待答复", "历次答复：", "  · 编号：1，说明：已清理，照片：2 张",
    ]  # fmt: skip


def test_who_reads_only_the_first_lines_is_told_of_no_fault() -> None:
    with pytest.raises(BrokenPipeError), in_words():  # click ends quietly on it
        raise BrokenPipeError
