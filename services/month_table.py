"""The table of a month (考核结果) as it is shown, drawn, written and sent: values only, read from frozen rows."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from rules.months import Month
from rules.privacy import without_telephone


@dataclass(frozen=True)
class Loss:
    """Points one row cost, with the row: 扣 2.00 分：案件 2026-0012 逾期 3 个工作日."""

    points: Decimal
    sentence: str
    key: str


@dataclass(frozen=True)
class ItemLine:
    """One item of one unit."""

    key: str
    name: str
    weight: Decimal
    """Points that could be had here, after others' weight was spread."""
    points: Decimal | None
    """None where the item was not judged."""
    place: int | None
    """The place in this item, where places are summed."""
    figure: str
    """What it rests on, in words: 18/20, 3, –."""
    suspended: str
    """Why it was not judged; empty where it was."""
    losses: tuple[Loss, ...]
    counts: bool = True
    """False for an item on trial (试考核): its points are shown and not added."""


@dataclass(frozen=True)
class TownLine:
    """One unit's line."""

    code: str
    name: str
    group: str
    """The group it is ranked in; empty where all are ranked together."""
    score: Decimal | None
    """Points, or the sum of places; None where the unit is not ranked."""
    place: int | None
    previous_place: int | None
    grade: str
    named: bool
    """Below the threshold under which units are named (点名)."""
    unranked: str
    """Why it has no place; empty where it has one."""
    items: tuple[ItemLine, ...]


@dataclass(frozen=True)
class MonthTable:
    """A month's result."""

    month: Month
    revision: int
    """1, or more after corrections (更正)."""
    corrected_because: str
    withdrawn_because: str
    """Why its publication was withdrawn; empty where it stands."""
    composition: Literal["points", "places"]
    rulebook: str
    """Name and version of the rulebook it was judged by."""
    purpose: str
    """What the ranking may and may not be used for (rulebook's sentence)."""
    approved_at: datetime
    digest: str
    lines: tuple[TownLine, ...]
    """By group, then place; those with equal places in the registry's order."""
    suspended: tuple[tuple[str, str], ...]
    """Items nobody was judged by this month, with the reason."""

    @property
    def heading(self) -> str:
        """2026年10月河湖长制考核排名, with a word where it was corrected."""
        corrected = f"（第{self.revision - 1}次更正）" if self.revision > 1 else ""
        return f"{self.month.name}河湖长制考核排名{corrected}"


def for_everybody(table: MonthTable) -> MonthTable:
    """The table as the public reads it: whatever somebody typed is without telephone numbers."""
    return replace(
        table,
        corrected_because=without_telephone(table.corrected_because),
        withdrawn_because=without_telephone(table.withdrawn_because),
        rulebook=without_telephone(table.rulebook),
        purpose=without_telephone(table.purpose),
        lines=tuple(map(_line, table.lines)),
        suspended=tuple((name, without_telephone(why)) for name, why in table.suspended),
    )


def _line(line: TownLine) -> TownLine:
    return replace(line, unranked=without_telephone(line.unranked), items=tuple(map(_item, line.items)))


def _item(item: ItemLine) -> ItemLine:
    losses = tuple(replace(loss, sentence=without_telephone(loss.sentence)) for loss in item.losses)
    return replace(item, suspended=without_telephone(item.suspended), losses=losses)
