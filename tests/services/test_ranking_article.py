"""The ranking as an article: within the platform's limits, every value escaped, its corrections and gaps said."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from rules.refusal import Refusal
from services.month_table import MonthTable
from services.ranking_article import COVER, article, cover
from tests.month_tables import crowded, month_table

OFFICE, URL = "北辰区河长办", "https://heshao.example/ranking/2026-10"


@pytest.mark.parametrize("table", [month_table(), crowded()], ids=["ordinary", "crowded"])
def test_it_is_within_the_platforms_limits(table: MonthTable) -> None:
    made = article(table, OFFICE, URL)
    html = made.with_addresses({"ranking": "http://mmbiz/1"})
    assert len(made.title) <= 32
    assert len(made.digest) <= 128
    assert len(html) < 20_000
    assert all(len(content) < 1_000_000 for content in made.pictures.values())
    assert 'src="http://mmbiz/1"' in html
    assert all(line.name in html for line in table.lines)
    assert table.purpose in html
    assert "<script" not in html


def test_it_is_the_same_however_often_it_is_made() -> None:
    assert article(month_table(), OFFICE, URL) == article(month_table(), OFFICE, URL)


def test_a_picture_without_an_address_is_refused() -> None:
    with pytest.raises(Refusal, match="还没有上传"):
        article(month_table(), OFFICE, URL).with_addresses({})


def test_a_correction_says_so_and_why() -> None:
    table = replace(month_table(), revision=3, corrected_because="案件 2026-0012 重复计算")
    made = article(table, OFFICE, URL)
    assert "第2次更正" in made.title
    assert "案件 2026-0012 重复计算" in made.content


def test_what_people_typed_cannot_become_markup() -> None:
    table = month_table()
    lines = (replace(table.lines[0], name='<img src=x onerror="a()">'), *table.lines[1:])
    html = article(replace(table, lines=lines), OFFICE, URL).content
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html


def test_the_cover_has_the_platforms_shape() -> None:
    made = article(month_table(), OFFICE, URL)
    with Image.open(BytesIO(cover(made.pictures["ranking"]))) as picture:
        assert (picture.size, picture.format) == (COVER, "JPEG")
