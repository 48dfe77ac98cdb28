"""The charts of a month: each says in words what it shows; one with nothing in it is not there."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from PIL import Image

from rules.months import Month
from services.bulletin_charts import Chart, charts
from services.month_table import MonthTable
from services.problems import NO_PROBLEMS, Problems
from services.ranking_page import Result, Share
from services.trend import of_table
from tests.month_tables import NAMES, crowded, month_table, ranked

FOUND = Problems((("岸线垃圾", 3), ("污水直排", 1)), (("天穆镇", 4),), ())
NONE = Share(None, None)


def share(part: int, whole: int) -> Share:
    return Share(Decimal(part), Decimal(whole))


SHARES = [
    Result("天穆镇", share(1, 2), NONE), Result("北仓镇", share(5, 5), NONE), Result("双街镇", share(0, 0), NONE),
    Result("青光镇", NONE, NONE),
]  # fmt: skip
SEPTEMBER = of_table(month_table(ranked(("96", "90")), month=Month(2026, 9)))


def drawn(table: MonthTable | None = None) -> dict[str, Chart]:
    table = table or month_table(ranked(("95", "92.5")))
    return charts(table, FOUND, SHARES, (SEPTEMBER, of_table(table)))


def test_each_says_in_words_what_it_shows() -> None:
    assert {name: chart.alt for name, chart in drawn().items()} == {
        "trend": "近2个月得分折线图，每月依次是最高、平均、最低：9月 96.00 93.00 90.00；10月 95.00 93.75 92.50。",
        "places": "近2个月名次，每行一个单位，从9月到10月：果园新村街道 1、1；集贤里街道 2、2。",
        "kinds": "2026年10月问题类别条形图，共 4 件：岸线垃圾 3 件；污水直排 1 件。",
        "on_time": "2026年10月按期整改条形图，按期整改件数／到期件数：北仓镇 5/5 100%；天穆镇 1/2 50%。",
    }


def test_a_picture_that_travels_alone_says_that_its_month_was_corrected_or_withdrawn() -> None:
    corrected = drawn(replace(month_table(), revision=2))
    withdrawn = drawn(replace(month_table(), withdrawn_because="数据有误"))
    assert {chart.title[-7:] for chart in corrected.values()} == {"（第1次更正）"}
    assert {chart.title[-5:] for chart in withdrawn.values()} == {"（已撤回）"}


def test_one_with_nothing_in_it_is_not_there() -> None:
    alone = of_table(month_table())
    assert charts(month_table(), NO_PROBLEMS, SHARES[2:], (alone,)) == {}
    nobody = month_table([])
    assert charts(nobody, NO_PROBLEMS, [], (SEPTEMBER, of_table(nobody))) == {}


def test_where_places_are_summed_there_is_no_line_of_scores() -> None:
    assert set(drawn(month_table(composition="places"))) == {"places", "kinds", "on_time"}


def test_they_are_below_a_megabyte_and_said_in_few_words() -> None:
    many = [Result(name, share(n, 20), NONE) for n, name in enumerate(NAMES * 2)]
    for chart in charts(crowded(), FOUND, many, (SEPTEMBER, of_table(crowded()))).values():
        content = chart.png()
        assert len(content) < 1_000_000
        assert len(chart.alt) < 500
        with Image.open(BytesIO(content)) as picture:
            assert picture.width == 1080
