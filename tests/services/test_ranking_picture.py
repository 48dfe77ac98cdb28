"""The picture of the ranking: every word inside its box, large enough for a phone, small enough for the platform."""

from io import BytesIO
from itertools import combinations

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.canvas import Box, Canvas, wrapped
from services.month_table import MonthTable
from services.ranking_picture import MOST_BYTES, WIDTH, drawn, ranking_alt, ranking_picture
from services.typeface import drawable, signs, sized
from tests.month_tables import LONGEST_NAME, crowded, month_table, ranked, town

OFFICE, URL = "北辰区河长制办公室", "https://heshao.example/ranking/2026-10"
LEAST = 32
"""Pixels: 11 on a screen 375 wide."""
MANY = month_table(ranked([f"{100 - n * 0.25:.2f}" for n in range(300)], [f"第{n}镇" for n in range(300)]))
WITHDRAWN = month_table(withdrawn_because="断面数据有误，正在复核，复核后重新发布。" * 3)
PLACES = month_table([town("T1", "天穆镇", "5", 1), town("T2", "北仓镇", "38", 2)], composition="places")
NOBODY = month_table([town("T1", "天穆镇", None, None, unranked="本月没有可考核的项目")])


@pytest.mark.parametrize(
    "table", [month_table(), crowded(), MANY, WITHDRAWN, PLACES, NOBODY],
    ids=["plain", "crowded", "300 units", "withdrawn", "places", "nobody"],
)  # fmt: skip
def test_every_word_stays_in_its_box_and_no_two_lie_on_each_other(table: MonthTable) -> None:
    canvas = drawn(table, OFFICE, URL)
    assert canvas.image.width == WIDTH
    for word in canvas.words:
        assert word.box.holds(word.ink), word
        assert canvas.box.holds(word.box), word
        assert word.size >= LEAST, word
    for one, other in combinations(canvas.words, 2):
        assert not one.ink.meets(other.ink), (one.text, other.text)
    assert len(canvas.png()) < MOST_BYTES


def words_of(table: MonthTable) -> list[str]:
    return [word.text for word in drawn(table, OFFICE, URL).words]


def test_the_twelve_characters_of_a_name_are_all_there_and_five_share_a_place() -> None:
    words = words_of(crowded())
    assert LONGEST_NAME in words
    assert words.count("7") == 6  # five of one group, one of the other
    for said in (
        "河段较多的单位（24 个）",
        "点名",
        "未参加排名",
        "本月暂停考核的项目",
        "本排名经过第1次更正",
    ):
        assert said in words, said


def test_the_code_leads_to_the_page() -> None:
    """Module by module as the encoder made it: read at full width, where each is seven pixels or eight."""
    modules = [list(row) for row in segno.make(URL, error="m", micro=False).matrix_iter(border=4)]
    with Image.open(BytesIO(ranking_picture(crowded(), OFFICE, URL))) as picture:
        grey, side = picture.convert("L"), 272
    left, top, many = WIDTH - 44 - side, grey.height - 72 - 12 - side, len(modules)

    def dark(row: int, column: int) -> bool:
        at = (left + int((column + 0.5) * side / many), top + int((row + 0.5) * side / many))
        return int(grey.getpixel(at)) < 128  # type: ignore[arg-type]  # one number in grey

    read = [[int(dark(row, column)) for column in range(many)] for row in range(many)]
    assert read == modules


def test_what_it_may_be_used_for_when_and_by_whom_is_on_it() -> None:
    whole = "".join(words_of(month_table()))
    for said in (month_table().purpose, OFFICE, "2026年11月6日", "河湖长制月度考核办法2026-01"):
        assert said in whole.replace(" ", "") or said in whole, said


def test_a_withdrawn_month_says_so_first() -> None:
    words = words_of(WITHDRAWN)
    assert words.index("本次发布已撤回，以下名次不再有效") < words.index("名次")
    assert "已撤回" in ranking_alt(WITHDRAWN)


def test_of_very_many_units_the_first_and_the_last_are_drawn() -> None:
    words = words_of(MANY)
    assert "第0镇" in words
    assert "第299镇" in words
    assert "中间 240 个单位请扫码查看" in words


def test_nothing_is_said_by_colour_alone() -> None:
    """In grey the same words stand on grounds that are told apart from their letters."""
    grey = drawn(crowded(), OFFICE, URL).image.convert("L")
    for word in drawn(crowded(), OFFICE, URL).words:
        ink = word.ink
        low, high = grey.crop(
            (int(ink.left), int(ink.top), int(ink.right) + 1, int(ink.bottom) + 1)
        ).getextrema()
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert high - low > 90 or word.text in "—–…", word


def test_the_same_month_is_the_same_file() -> None:
    first = ranking_picture(crowded(), OFFICE, URL)
    ranking_picture.cache_clear()
    assert ranking_picture(crowded(), OFFICE, URL) == first
    with Image.open(BytesIO(first)) as image:
        assert image.format == "PNG"


def test_what_the_typeface_cannot_draw_is_a_mark_and_never_an_empty_box() -> None:
    assert drawable("天穆🌊镇\n二行") == "天穆〓镇 二行"
    assert all(ord(sign) in signs() for sign in "↑↓—–…点名〓℃Ⅲ")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(90, 900), st.integers(32, 64))
def test_any_words_stay_inside_any_box(text: str, width: int, size: int) -> None:
    canvas = Canvas(1000, 200)
    canvas.write(text, Box(20, 20, 20 + width, 120), size)
    assert all(
        word.box.left - 1 <= word.ink.left and word.ink.right <= word.box.right + 1 for word in canvas.words
    )


@settings(max_examples=60, deadline=None)
@given(st.text("河长办，。（）《》5/6 12abc", max_size=80), st.integers(150, 500))
def test_a_paragraph_loses_nothing_and_no_line_is_too_long(text: str, width: int) -> None:
    lines = wrapped(text, 32, width)
    assert "".join(lines).replace(" ", "") == drawable(text).replace(" ", "")
    assert all(sized(32).getlength(line) <= width for line in lines)
