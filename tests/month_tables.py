"""Months as they are shown, made by hand: what pictures, papers, pages and messages are tested with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from rules.months import Month
from services.month_table import ItemLine, Loss, MonthTable, TownLine

OCTOBER = Month(2026, 10)
APPROVED = datetime(2026, 11, 6, 2, 0, tzinfo=UTC)
PURPOSE = "本排名用于督促河湖问题整改，不作为对个人的评价，不得用于本办法以外的奖惩。"
NAMES = (
    "果园新村街道", "集贤里街道", "普东街道", "瑞景街道", "佳荣里街道", "青源街道", "广源街道", "天穆镇", "北仓镇",
    "双街镇", "双口镇", "青光镇", "宜兴埠镇", "小淀镇", "大张庄镇", "西堤头镇", "科技园区", "开发区",
)  # fmt: skip
LONGEST_NAME = "滨河生态文旅经济开发示范区街道"[:12]
"""Twelve characters."""
TIANJIN = ("97.7", "95.5", "93.8", "93.5", "93.5", "93.5", "91.5", "90.9", "89.3", "87.8", "86.2")
"""A month of Tianjin (2017-09): three share the fourth place."""
ITEMS = (
    ("water", "水环境", 30), ("daily", "日常管护", 20), ("rectification", "问题整改", 20), ("duty", "巡河履职", 15),
    ("public", "社会监督", 10), ("office", "工作配合", 5),
)  # fmt: skip


def loss(points: str, what: str = "案件 2026-0012 逾期 3 个工作日", key: str = "case:2026-0012") -> Loss:
    """Points lost for a row."""
    return Loss(Decimal(points), f"扣 {points} 分：{what}", key)


def item(
    key: str,
    points: str | None,
    *losses: Loss,
    place: int | None = None,
    figure: str = "18/20",
    suspended: str = "",
) -> ItemLine:
    """An item of ITEMS by its key."""
    name, weight = next((name, weight) for known, name, weight in ITEMS if known == key)
    return ItemLine(
        key,
        name,
        Decimal(weight),
        None if points is None else Decimal(points),
        place,
        figure,
        suspended,
        losses,
    )


def items_worth(score: Decimal) -> tuple[ItemLine, ...]:
    """All items; what is missing from 100 was lost in the rectification of cases and, beyond that, to the water."""
    missing = Decimal(100) - score
    cases = min(missing, Decimal(20))
    taken = {"rectification": cases, "water": missing - cases}
    return tuple(
        item(
            key, str(Decimal(weight) - taken.get(key, Decimal(0))),
            *([loss(f"{taken[key]:.2f}")] if taken.get(key) else []),
        )
        for key, _, weight in ITEMS
    )  # fmt: skip


def town(
    code: str, name: str, score: str | None, place: int | None, *, previous: int | None = None, group: str = "",
    named: bool = False, unranked: str = "", items: Sequence[ItemLine] | None = None,
) -> TownLine:  # fmt: skip
    """One unit's line; its items add up to its score unless they are given."""
    worth = None if score is None else Decimal(score)
    if items is None:
        items = items_worth(worth) if worth is not None else ()
    return TownLine(code, name, group, worth, place, previous, grade_of(worth), named, unranked, tuple(items))


def grade_of(score: Decimal | None) -> str:
    """优秀/合格/基本合格/不合格 by 90, 80, 70."""
    if score is None:
        return ""
    return next(
        (name for least, name in ((90, "优秀"), (80, "合格"), (70, "基本合格")) if score >= least), "不合格"
    )


def ranked(
    scores: Sequence[str], names: Sequence[str] = NAMES, *, group: str = "", first_code: int = 1
) -> tuple[TownLine, ...]:
    """Lines for scores given from the best down: equal ones share a place; last month stood one place lower."""
    places = [1 + sum(Decimal(other) > Decimal(score) for other in scores) for score in scores]
    return tuple(
        town(
            f"T{n}",
            name,
            score,
            place,
            previous=place % len(scores) + 1,
            group=group,
            named=Decimal(score) < 75,
        )
        for n, (score, place, name) in enumerate(zip(scores, places, names, strict=False), first_code)
    )


def month_table(
    lines: Sequence[TownLine] | None = None, *, month: Month = OCTOBER, **changes: object
) -> MonthTable:
    """A frozen month; Tianjin's eleven scores unless lines are given."""
    table = MonthTable(
        month=month, revision=1, corrected_because="", withdrawn_because="", composition="points",
        rulebook="河湖长制月度考核办法 2026-01", purpose=PURPOSE, approved_at=APPROVED, digest="0f" * 32,
        lines=tuple(ranked(TIANJIN) if lines is None else lines), suspended=(),
    )  # fmt: skip
    return replace(table, **changes)  # type: ignore[arg-type]  # a test names the fields it changes


def crowded() -> MonthTable:
    """What is hard to draw, at once: 34 units in two groups, a twelve-character name, a tie of five, an item
    nobody was judged by, units without a place, a correction."""
    many = [f"{98 - n * Decimal('0.75'):.2f}" for n in range(24)]
    many[6:11] = [many[6]] * 5
    names = (LONGEST_NAME, *NAMES, *(f"第{n}街道" for n in range(1, 6)))
    few = [f"{91 - n * Decimal('2.5'):.2f}" for n in range(8)]
    apart = ranked(
        few, [f"{n}号产业园区管理委员会" for n in range(1, 9)], group="河段较少的单位", first_code=41
    )
    without = (
        town("T61", "无河段的街道", None, None, unranked="辖区没有河段，本月没有可考核的项目"),
        town("T62", "新设立的开发区", None, None, unranked="本月中旬设立，不满一个月"),
    )
    return month_table(
        (*ranked(many, names, group="河段较多的单位"), *apart, *without), revision=2,
        corrected_because="双街镇断面达标率录入有误，10月份由 5/6 更正为 6/6。",
        suspended=(("巡河履职", "巡河记录尚未接入，本月不考核，分值按比例分摊到其他项目"),),
    )  # fmt: skip
