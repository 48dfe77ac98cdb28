"""What an import would change, in words a person can check, and the deed that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from models.registry import NoticeBoard, Reach, Town, WaterBody
from rules.routing import Bank
from services.desk import Work
from services.sheets import BANK_WORDS, Fault, RegistrySheets


class Act(StrEnum):
    """The four things that happen to a row of the registry; nothing is ever deleted."""

    ADDED = "新增"
    CHANGED = "修改"
    ENDED = "结束"
    REVIVED = "恢复"


@dataclass(frozen=True)
class Change:
    """One row of the registry that is added, changed, ended or revived."""

    sheet: str
    act: Act
    subject: str
    details: str = ""
    apply: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.act}“{self.sheet}”{self.subject}" + (f"（{self.details}）" if self.details else "")


@dataclass(frozen=True)
class Differences:
    """Everything an import would change (or has changed), and what the Office should know besides."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    def count(self, sheet: str, act: Act) -> int:
        """How many rows of a sheet are added, changed, ended or revived."""
        return sum(1 for change in self.changes if (change.sheet, change.act) == (sheet, act))


@dataclass
class Draft:
    """An import being worked out: the registry as it will be, by code, and what has been found so far."""

    work: Work
    sheets: RegistrySheets
    towns: dict[str, Town]
    bodies: dict[str, WaterBody]
    reaches: dict[str, Reach]
    boards: dict[str, NoticeBoard]
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @cached_property
    def _new_towns(self) -> dict[str, Town]:
        return {row.code: self.towns[row.town] for row in self.sheets.reaches or ()}

    def town_of(self, reach: Reach) -> Town:
        """The town that will answer for a reach, once the workbook is taken over."""
        return self._new_towns.get(reach.code, reach.town)

    def add(self, sheet: str, subject: str, row: Any) -> None:
        """A new row, written when the change is applied."""
        self.changes.append(Change(sheet, Act.ADDED, subject, "", lambda: self.work.session.add(row)))

    def change(
        self, sheet: str, subject: str, row: Any, values: Mapping[str, tuple[str, Any]], act: Act
    ) -> None:
        """Lay the values over a row; nothing is noted where nothing differs.

        `values` maps the model's attribute to the column's heading and the new value.
        """
        new = {name: value for name, (_, value) in values.items() if getattr(row, name) != value}
        if not new:
            return
        details = "；".join(
            f"{heading}：{_in_words(getattr(row, name), heading)} → {_in_words(value, heading)}"
            for name, (heading, value) in values.items()
            if name in new and heading
        )

        def apply() -> None:
            for name, value in new.items():
                setattr(row, name, value)

        self.changes.append(Change(sheet, act, subject, details, apply))


def _in_words(value: Any, heading: str) -> str:
    match value:
        case None | "":
            return "空"
        case str() if heading == "手机号":  # the sentence is kept: nobody needs the whole number in it
            return f"{value[:3]}****{value[-4:]}"
        case Bank():
            return BANK_WORDS[value] or "两岸"
        case Town() | WaterBody() | Reach():
            return f"{value.code} {value.name}"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            written = str(value)
            return written if len(written) <= 40 else f"{written[:37]}…"
