"""Rows of a lived year, and by plain reasoning which figures depend on each: what a test of single rows compares with."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select, update

from models.figure_sheet import FigureEntry, FigureSheet
from models.handling import Duty, DutyEnd, DutyKind, Outcome, What
from models.registry import Town
from rules.months import Month
from rules.workdays import local_day
from services.desk import Work
from tests.printed_year import Key

Keys = Callable[[Work, int], set[Key]]
Sample = tuple[type, list[int], Keys, Keys]


def gone(kind: type, number: int) -> Callable[[Work], None]:
    """The row deleted; a rating or a figure is sometimes only written over."""
    if kind is FigureEntry and number % 2:
        return lambda work: _execute(
            work,
            update(FigureEntry).where(FigureEntry.id == number).values(numerator=FigureEntry.numerator + 1),
        )
    if kind is Duty:  # of help on a whistle both: the answer, and what was promised
        party = select(Duty.party_id).where(Duty.id == number).scalar_subquery()
        return lambda work: _execute(work, delete(Duty).where((Duty.id == number) | (Duty.party_id == party)))
    return lambda work: _execute(work, delete(kind).where(kind.id == number))  # type: ignore[attr-defined]


def _execute(work: Work, statement: object) -> None:
    work.session.execute(statement)  # type: ignore[call-overload]


def samples(work: Work, but: Month) -> list[Sample]:
    """Rows of every kind with the figures that must change without them, and those that may besides; no figures
    sheet of the month `but`, of which a newer version is in force."""

    def ids(table: type, *which: object) -> list[int]:
        return list(work.session.scalars(select(table.id).where(*which).order_by(table.id)))  # type: ignore

    def once(table: Any, *which: Any) -> list[int]:
        """Of cases of which there is one such row: one that was reopened has two, and counts once a month."""
        rows = list(work.session.scalars(select(table).where(*which).order_by(table.id)))
        many = Counter(row.case_id for row in rows)
        return [row.id for row in rows if many[row.case_id] == 1]

    kept = Duty.end == DutyEnd.KEPT
    newest = select(FigureSheet.id).where(FigureSheet.month != str(but))
    return [
        (FigureEntry, ids(FigureEntry, FigureEntry.sheet_id.in_(newest)), entry, nothing),
        (Outcome, ids(Outcome, Outcome.what == What.RATED), outcome("satisfaction"), nothing),
        (Outcome, ids(Outcome, Outcome.what == What.FOUND), outcome("inspection_findings"), nothing),
        (Outcome, ids(Outcome, Outcome.what == What.FALSIFIED), outcome("falsified"), nothing),
        (Outcome, once(Outcome, Outcome.first), outcome("verified_first_time"),
         outcome("reopened")),
        (Duty, ids(Duty, kept, Duty.kind == DutyKind.ANSWER_ORDER), duty("orders_answered"), nothing),
        (Duty, ids(Duty, kept, Duty.kind == DutyKind.ANSWER_WHISTLE), help_of, nothing),
        (Duty, ids(Duty, kept, Duty.for_reporter, Duty.kind == DutyKind.ACCEPT), duty("first_answer_in_time"),
         across),
        (Duty, once(Duty, kept, Duty.kind == DutyKind.RECTIFY), duty("rectified_on_time"), across),
    ]  # fmt: skip


def nothing(work: Work, number: int) -> set[Key]:
    return set()


def entry(work: Work, number: int) -> set[Key]:
    row = work.session.get_one(FigureEntry, number)
    sheet = work.session.get_one(FigureSheet, row.sheet_id)
    return {(Month.parse(sheet.month), f"sheet:{row.indicator}", row.town.code)}


def outcome(source: str) -> Keys:
    def keys(work: Work, number: int) -> set[Key]:
        row = work.session.get_one(Outcome, number)
        return {(Month.of(local_day(row.at)), source, code_of(work, row.town_id))}

    return keys


def duty(source: str) -> Keys:
    def keys(work: Work, number: int) -> set[Key]:
        row = work.session.get_one(Duty, number)
        return {(Month.of(local_day(row.counts_at)), source, code_of(work, row.town_id))}

    return keys


def help_of(work: Work, number: int) -> set[Key]:
    """Both duties of whoever was asked to help, each in its own month."""
    row = work.session.get_one(Duty, number)
    both = work.session.scalars(
        select(Duty.id).where(Duty.party_id == row.party_id, Duty.end == DutyEnd.KEPT)
    )
    return {key for each in both for key in duty("whistles_helped")(work, each)}


def across(work: Work, number: int) -> set[Key]:
    """Whether the town had anything in hand, and what was overdue when a month began; and a case that was not even
    accepted when its month was over counts as not rectified."""
    row = work.session.get_one(Duty, number)
    assert row.ended_at is not None
    code, month = code_of(work, row.town_id), Month.of(local_day(row.begun_at))
    found = {(Month.of(local_day(row.counts_at)), "rectified_on_time", code)}
    while month.first_day <= local_day(max(row.ended_at, row.counts_at)):
        found.add((month, "overdue_across_months", code))
        month = month.next
    return found


def code_of(work: Work, town_id: int | None) -> str:
    assert town_id is not None
    return work.session.get_one(Town, town_id).code
