"""October 2026 of the small district, by a rulebook of two items, for tests of the way of a month."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from config import AssessmentSection, Config
from models.assessment import MonthlyAssessment, newest_of
from models.figure_sheet import FigureEntry, FigureSheet
from models.person import Person
from models.registry import Town
from rules.months import Month
from services import appeals, assessments, cases, corrections, people
from services.assessment_rows import table_of
from services.desk import Desk, Work
from services.month_table import MonthTable, TownLine
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life

OCTOBER = Month(2026, 10)
BOOK = """
name = "测试考核办法"
in_force_from = "2026-01"
purpose = "用于督促整改，不得用于别的用途。"

[[items]]
key = "on_time"
name = "按期整改"
points = 60
source = "rectified_on_time"
full = 1.0
zero = 0

[[items]]
key = "sections"
name = "断面水质达标率"
points = 40
source = "sheet:断面达标率"
full = 1.0
zero = 0

[[grades]]
name = "优秀"
from = 90

[[grades]]
name = "合格"
from = 60

[[grades]]
name = "不合格"
fails = true
"""
SHEET = {"天穆镇": "9", "北仓镇": "8", "双街镇": "10", "小淀镇": "10"}
"""Sections in order, of ten."""


def with_book(settings: Config, folder: Path, text: str = BOOK) -> Config:
    """The settings with a folder of one rulebook."""
    folder.mkdir(exist_ok=True)
    (folder / "2026-01.toml").write_text(text, "utf-8")
    return settings.model_copy(update={"assessment": AssessmentSection(rulebooks=str(folder))})


@dataclass
class Year:
    """The desk and what people do with October."""

    desk: Desk
    clock: Clock
    life: Life
    folder: Path

    def at(self, text: str) -> None:
        self.life.at(text)

    def does(self, name: str, step: Any, *args: Any, **kwargs: Any) -> Any:
        """What somebody of the registry does; nobody (the timetable, the command line) where there is no name."""
        return self.desk.do(_as, name, step, args, kwargs)

    def october(self) -> None:
        """天穆镇 was late with one case of two, the others had none; all sections were measured."""
        self.at("2026-10-12 09:00")
        late, good = self.life.opens(), self.life.opens()
        for case_id in (late, good):
            self.life.does("chief", cases.accept, case_id)
        self.at("2026-10-14 10:00")
        self.life.proves(good)
        self.at("2026-10-28 10:00")
        self.life.proves(late)
        self.sheet(SHEET)

    def sheet(self, values: dict[str, str]) -> None:
        """A newer version of October's figures sheet."""
        self.desk.do(_sheet, self.life.district.towns, values)

    def drafted(self, name: str = "") -> Any:
        return self.does(name, assessments.draft, OCTOBER)

    def told(self) -> None:
        """Drafted by the timetable and told on Monday 2 November, 9 o'clock; appeals until the 5th, 24 o'clock."""
        self.at("2026-11-02 09:00")
        self.does("", _draft_and_tell)

    def approves(self, name: str, at: str = "2026-11-06 09:00") -> None:
        self.at(at)
        self.does(name, _approve)

    def frozen(self) -> None:
        """October, approved by 郑科员."""
        self.october()
        self.told()
        self.approves("郑科员")

    def appeals(
        self, name: str, town: str, item: str = "按期整改", reason: str = "系上游来水", row: str = ""
    ) -> int:
        """The number of the appeal."""
        return int(self.does(name, _appeal, self.life.district.towns[town], item, reason, row))

    def decides(
        self, name: str, number: int, granted: bool, reason: str = "情况属实", points: str = ""
    ) -> None:
        self.does(name, _decide, number, granted, reason, Decimal(points) if points else None)

    def corrects(self, name: str, reason: str = "指标表有误", *given: corrections.GivenBack) -> Any:
        return self.does(name, corrections.correct, OCTOBER, reason, given)

    def table(self) -> MonthTable:
        return self.desk.look(_table)

    def line(self, town: str) -> TownLine:
        return next(line for line in self.table().lines if line.name == town)

    def row(self) -> MonthlyAssessment:
        with self.desk.reading() as work:
            return work.session.scalars(newest_of("2026-10")).one()


def a_year(make_desk: Callable[..., Desk], settings: Config, clock: Clock, folder: Path) -> Year:
    """The small district with its rulebook; nothing has happened yet."""
    desk = make_desk(with_book(settings, folder))
    return Year(desk, clock, Life(desk, clock, lay_out(desk)), folder)


def _as(work: Work, name: str, step: Any, args: Any, kwargs: Any) -> Any:
    if name:
        person = work.session.scalars(select(Person).where(Person.name == name)).one()
        work.who = people.who_is(work, 0, person.id)
    return step(work, *args, **kwargs)


def _sheet(work: Work, towns: dict[str, int], values: dict[str, str]) -> None:
    newest = work.session.scalars(select(FigureSheet.version).order_by(FigureSheet.version.desc())).first()
    sheet = FigureSheet(
        month="2026-10", version=(newest or 0) + 1, filename="f.xlsx", digest="0" * 64, imported_by="周科员",
        imported_at=work.now,
    )  # fmt: skip
    work.session.add(sheet)
    work.session.flush()
    for town, value in values.items():
        work.session.add(
            FigureEntry(
                sheet_id=sheet.id, town_id=towns[town], indicator="断面达标率", numerator=Decimal(value),
                denominator=Decimal(10), basis="监测月报",
            )
        )  # fmt: skip


def _draft_and_tell(work: Work) -> None:
    assert assessments.tell(work, assessments.draft(work, OCTOBER).assessment)


def _approve(work: Work) -> None:
    assessments.approve(work, assessments.called(work, OCTOBER))


def _appeal(work: Work, town_id: int, item: str, reason: str, row: str) -> int:
    town = work.session.get_one(Town, town_id)
    return appeals.file(work, assessments.called(work, OCTOBER), town, item, reason, row).id


def _decide(work: Work, number: int, granted: bool, reason: str, points: Decimal | None) -> None:
    appeals.decide(work, appeals.numbered(work, number), granted, reason, points)


def _table(work: Work) -> MonthTable:
    return table_of(work, assessments.called(work, OCTOBER))
