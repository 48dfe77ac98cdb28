"""A list longer than WeChat lets through comes in pages, and every line of it comes."""

from dataclasses import replace

import pytest

from tests.handlers.conftest import Talker


@pytest.mark.parametrize("lines", [30, 61, 200])
def test_every_line_of_a_long_list_is_read_with_more(clerk: Talker, lines: int) -> None:
    listing = "\n".join(
        f"{n} 岸线垃圾 郎园引河双街镇段，点位{n:04d} 待分派 〔2026-{n:04d}〕" for n in range(1, lines + 1)
    )
    told = replace(clerk, dispatcher=replace(clerk.dispatcher, unknown=lambda work, message: listing))
    pages = [told.says("这是什么")]
    while "回复“更多”" in pages[-1]:
        pages.append(told.says("更多"))
    assert all(len(page.encode()) <= 2048 for page in pages)
    read = [line for page in pages for line in page.splitlines() if "回复“更多”" not in line]
    assert read == listing.splitlines()
    assert told.says("更多") == "没有更多了。"
