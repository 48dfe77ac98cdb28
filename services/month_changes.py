"""What is different between two tables of one month: a draft made anew, a correction, a month recomputed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rules.figure_words import apart_from_the_calendar
from services.month_table import ItemLine, MonthTable, TownLine


class Part(StrEnum):
    """What of a line differs."""

    THERE = "there"
    """Whether the unit, or the item, is there at all."""
    SCORE = "score"
    PLACE = "place"
    PREVIOUS = "previous"
    GRADE = "grade"
    NAMED = "named"
    UNRANKED = "unranked"
    FIGURE = "figure"
    WEIGHT = "weight"
    POINTS = "points"
    SUSPENDED = "suspended"
    LOSSES = "losses"
    GROUP = "group"


PART_NAMES = {
    Part.THERE: "列入", Part.SCORE: "总分", Part.PLACE: "名次", Part.PREVIOUS: "上月名次", Part.GRADE: "等次",
    Part.NAMED: "点名", Part.UNRANKED: "不排名原因", Part.FIGURE: "指标值", Part.WEIGHT: "分值", Part.POINTS: "得分",
    Part.SUSPENDED: "暂停原因", Part.LOSSES: "扣分依据",
    Part.GROUP: "分组",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One thing that differs, as it was and as it is; `item` is empty where it is the unit's own."""

    town: str
    item: str
    part: Part
    before: str
    after: str

    def __str__(self) -> str:
        of = f"{self.town}·{self.item}" if self.item else self.town
        return f"{of} {PART_NAMES[self.part]}：{self.before or '无'} → {self.after or '无'}"


def changes(before: MonthTable, after: MonthTable, *, rows: bool = False) -> list[Change]:
    """Everything that differs, unit by unit as they are listed now; `rows`: also where the very same words stand for
    other rows (a newer figures sheet that says the same)."""
    return list(_changes(before, after, rows))


def towns_changed(found: list[Change]) -> set[str]:
    """Names of the units whose own points changed, not only their place among the others."""
    return {change.town for change in found if change.part not in (Part.PLACE, Part.PREVIOUS, Part.NAMED)}


def _changes(before: MonthTable, after: MonthTable, rows: bool) -> Iterator[Change]:
    old = {line.code: line for line in before.lines}
    new = {line.code: line for line in after.lines}
    for code in [*new, *(code for code in old if code not in new)]:
        if code not in old or code not in new:
            name = (new.get(code) or old[code]).name
            yield Change(name, "", Part.THERE, _yes(code in old), _yes(code in new))
        else:
            yield from _of_town(old[code], new[code], rows)


def _of_town(old: TownLine, new: TownLine, rows: bool) -> Iterator[Change]:
    for part, a, b in (
        (Part.SCORE, old.score, new.score), (Part.PLACE, old.place, new.place),
        (Part.PREVIOUS, old.previous_place, new.previous_place), (Part.GRADE, old.grade, new.grade),
        (Part.NAMED, _yes(old.named), _yes(new.named)), (Part.UNRANKED, old.unranked, new.unranked),
        (Part.GROUP, old.group, new.group),
    ):  # fmt: skip
        if a != b:
            yield Change(new.name, "", part, _said(a), _said(b))
    items = {item.key: item for item in old.items}
    for item in new.items:
        was = items.pop(item.key, None)
        if was is None:
            yield Change(new.name, item.name, Part.THERE, _yes(False), _yes(True))
        else:
            yield from _of_item(new.name, was, item, rows)
    for item in items.values():
        yield Change(new.name, item.name, Part.THERE, _yes(True), _yes(False))


def _of_item(town: str, old: ItemLine, new: ItemLine, rows: bool) -> Iterator[Change]:
    was, is_now = _losses(rows, old, new)
    for part, a, b in (
        (Part.FIGURE, old.figure, new.figure), (Part.WEIGHT, old.weight, new.weight),
        (Part.POINTS, old.points, new.points), (Part.PLACE, old.place, new.place),
        (Part.SUSPENDED, old.suspended, new.suspended), (Part.LOSSES, was, is_now),
    ):  # fmt: skip
        if a != b:
            yield Change(town, new.name, part, _said(a), _said(b))


def _losses(rows: bool, *items: ItemLine) -> list[str]:
    """The sentences of each; where these are equal, the rows and points they stand for."""
    said = ["；".join(loss.sentence for loss in item.losses) for item in items]
    if len({apart_from_the_calendar(sentence) for sentence in said}) > 1:
        return said
    if not rows:
        return ["" for _ in items]
    return ["；".join(f"{loss.key} {loss.points.normalize():f}" for loss in item.losses) for item in items]


def _yes(so: bool) -> str:
    return "是" if so else "否"


def _said(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
