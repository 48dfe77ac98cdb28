"""The ranking as an article: within the platform's limits, every value escaped, its corrections and gaps said."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from rules.months import Month
from rules.refusal import Refusal
from services.bulletin_charts import charts
from services.month_table import MonthTable
from services.problems import Problems
from services.ranking_article import COVER, ROOM, article, cover
from services.ranking_page import Result, Share
from services.trend import of_table
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


FOUND = Problems((("岸线垃圾", 3), ("污水直排", 1)), (("天穆镇", 2), ("<b>镇", 2)), (("北仓镇", 2),))


def test_it_says_who_leads_what_the_problems_were_and_what_is_asked() -> None:
    html = article(month_table(), OFFICE, URL, FOUND).content
    for words in (
        "名次在前",
        "名次在后",
        "岸线垃圾 3 件",
        "天穆镇 2 件",
        "北仓镇有 2 件问题逾期未办结",
        "下月要求",
    ):
        assert words in html
    assert "<b>镇" not in html


def test_three_hundred_units_leave_the_table_to_the_page_instead_of_being_refused() -> None:
    units = [
        replace(month_table().lines[0], code=f"T{n}", name=f"第{n}号开发区管理委员会", place=n + 1)
        for n in range(300)
    ]
    late = tuple((line.name, 3) for line in units)
    html = article(
        replace(month_table(), lines=tuple(units)), OFFICE, URL, Problems((("岸线垃圾", 900),), late, late)
    ).content
    assert len(html) < ROOM
    assert "<table" not in html
    assert URL in html
    assert "另有 290 个单位" in html


@pytest.mark.parametrize("wrong", ["{{ 没有这个 }}", "{% if %}", "{{ ''.__class__.__mro__ }}"])
def test_a_wrong_template_is_refused_with_its_line(tmp_path: Path, wrong: str) -> None:
    template = tmp_path / "ranking.html"
    template.write_text(f"一\n{wrong}", "utf-8")
    with pytest.raises(Refusal, match=r"ranking\.html 第 2 行写错了"):
        article(month_table(), OFFICE, URL, FOUND, template)


DRAWN = charts(
    crowded(), FOUND, [Result("天穆镇", Share(Decimal(9), Decimal(10)), Share(None, None))],
    (of_table(month_table(month=Month(2026, 9))), of_table(crowded())),
)  # fmt: skip


def test_the_charts_stand_in_it_with_their_words_and_are_uploaded_first() -> None:
    made = article(crowded(), OFFICE, URL, FOUND, drawings=DRAWN)
    assert list(made.pictures) == ["ranking", "trend", "places", "kinds", "on_time"]
    html = made.with_addresses({name: f"http://mmbiz/{name}/{'x' * 200}" for name in made.pictures})
    assert len(html) < 20_000
    for name, chart in DRAWN.items():
        assert f'src="http://mmbiz/{name}/' in html
        assert f'alt="{chart.alt}"' in html
    assert "picture:" not in html


def test_a_month_without_charts_has_no_empty_picture() -> None:
    made = article(month_table(), OFFICE, URL, FOUND)
    assert list(made.pictures) == ["ranking"]
    assert made.content.count("<img") == 1


def test_an_own_template_that_leaves_the_charts_out_uploads_none(tmp_path: Path) -> None:
    template = tmp_path / "ranking.html"
    template.write_text('<p>{{ office }}<img src="{{ picture }}" alt="{{ alt }}"></p>', "utf-8")
    made = article(month_table(), OFFICE, URL, FOUND, template, drawings=DRAWN)
    assert list(made.pictures) == ["ranking"]
    assert made.with_addresses({"ranking": "http://mmbiz/1"}).startswith(f"<p>{OFFICE}")
