"""Who is told what on the way of a month: own points with their reasons, all totals, what became of appeals."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from models.assessment import Appeal, MonthlyAssessment, town_scores_of
from models.notification import Notice
from models.person import Person
from models.registry import Town
from rules.deadlines import Deadline, in_words
from rules.months import Month
from services import people
from services.desk import Work
from services.month_table import MonthTable, TownLine
from services.notifications import owe

MOST_LOSSES = 30
"""So many rows that cost points a message carries at most; all of them are in `得分`."""


def tell(work: Work, assessment: MonthlyAssessment, table: MonthTable) -> None:
    """Each town's chief and liaison their own line and all totals; the Office the whole."""
    unread = []
    for town, line in _lines(work, table):
        chiefs = people.leaders(work, town.id)
        for chief in chiefs:
            owe(
                work, Notice.ASSESSMENT, "town_month_draft", _key(assessment, "draft"), person=chief,
                **_own(work, assessment, table, line), town_id=town.id,
            )  # fmt: skip
        if not chiefs:
            unread.append(town.name)
    for clerk in people.office(work):
        owe(
            work, Notice.ASSESSMENT, "office_month_draft", _key(assessment, "draft"), person=clerk,
            **_whole(work, assessment, table), unread="、".join(unread),
        )  # fmt: skip


def tell_again(
    work: Work, assessment: MonthlyAssessment, table: MonthTable, changed: Collection[str]
) -> None:
    """Towns whose own points the draft made anew has changed; the Office who they are."""
    key = _key(assessment, f"again:{work.now.isoformat()}")
    for town, line in _lines(work, table):
        for chief in people.leaders(work, town.id) if line.name in changed else ():
            own = _own(work, assessment, table, line)
            owe(work, Notice.ASSESSMENT, "town_month_again", key, person=chief, **own, town_id=town.id)
    for clerk in _colleagues(work):
        owe(
            work, Notice.ASSESSMENT, "office_month_again", key, person=clerk, **_whole(work, assessment, table),
            towns="、".join(sorted(changed)),
        )  # fmt: skip


def tell_to_approve(work: Work, assessment: MonthlyAssessment, waiting: int) -> int:
    """The days of appeal are over: the Office is asked, once, to decide what waits and to approve; how many were."""
    told = [
        owe(
            work, Notice.ASSESSMENT, "office_month_due", _key(assessment, f"due:{assessment.appeal_until}"),
            person=clerk, **_month(assessment), count=waiting,
        )
        for clerk in people.office(work)
    ]  # fmt: skip
    return sum(row is not None for row in told)


def tell_dropped(work: Work, draft: MonthlyAssessment, number: int) -> None:
    """Towns that were told of a correction: it does not count, nor what they objected to in it; and the Office."""
    says = _month(draft) | {"revision": number, "reason": draft.dropped_because}
    towns = [row.town_id for row in work.session.scalars(town_scores_of(draft.id))] if draft.told_at else []
    for town_id in towns:
        for chief in people.leaders(work, town_id):
            key = f"{_key(draft, 'dropped')}:{town_id}"
            owe(work, Notice.ASSESSMENT, "town_month_dropped", key, person=chief, **says, town_id=town_id)
    for clerk in _colleagues(work):
        owe(
            work, Notice.ASSESSMENT, "office_month_dropped", _key(draft, "dropped"), person=clerk, **says,
            who=draft.dropped_by,
        )  # fmt: skip


def tell_trouble(work: Work, month: Month, reason: str) -> int:
    """The timetable could not draft the month: the Office is told why, once a day; how many were."""
    told = [
        owe(
            work, Notice.ASSESSMENT, "office_month_trouble", f"assessment:{month}:trouble:{work.today}", person=clerk,
            month=str(month), month_name=month.name, reason=reason,
        )
        for clerk in people.office(work)
    ]  # fmt: skip
    return sum(row is not None for row in told)


def tell_appealed(work: Work, assessment: MonthlyAssessment, appeal: Appeal, item_name: str) -> None:
    """The Office: a town objects."""
    for clerk in _colleagues(work):
        owe(
            work, Notice.ASSESSMENT, "office_appealed", f"appeal:{appeal.id}", person=clerk,
            **_about(assessment, appeal, item_name), reason=appeal.reason,
        )  # fmt: skip


def tell_decided(
    work: Work, assessment: MonthlyAssessment, appeal: Appeal, item_name: str, line: TownLine | None
) -> None:
    """The town: what became of its appeal, and its points now."""
    says = _about(assessment, appeal, item_name) | {"reason": appeal.decision}
    for chief in people.leaders(work, appeal.town_id):
        if appeal.returned is not None and line is not None:
            owe(
                work, Notice.ASSESSMENT, "town_appeal_granted", f"decided:{appeal.id}", person=chief, **says,
                result=result_words(line), returned=f"{appeal.returned:f}",
            )  # fmt: skip
        else:
            owe(work, Notice.ASSESSMENT, "town_appeal_refused", f"decided:{appeal.id}", person=chief, **says)


def result_words(line: TownLine) -> str:
    """93.50分，第4名: a unit's result in the fewest words."""
    if line.score is None or line.place is None:
        return "不排名"
    return f"{line.score:f}分，第{line.place}名"


def _lines(work: Work, table: MonthTable) -> list[tuple[Town, TownLine]]:
    found = select(Town).where(Town.code.in_([line.code for line in table.lines]))
    towns = {town.code: town for town in work.session.scalars(found)}
    return [(towns[line.code], line) for line in table.lines if line.code in towns]


def _own(work: Work, assessment: MonthlyAssessment, table: MonthTable, line: TownLine) -> dict[str, Any]:
    """What a town is told of its own line."""
    losses = [[item.name, loss.sentence] for item in line.items for loss in item.losses if loss.points]
    return _whole(work, assessment, table) | {
        "town": line.name,
        "result": result_words(line),
        "grade": line.grade,
        "unranked": line.unranked,
        "lost": losses[:MOST_LOSSES],
        "more": max(0, len(losses) - MOST_LOSSES),
        "expected": result_words(line),
    }


def _whole(work: Work, assessment: MonthlyAssessment, table: MonthTable) -> dict[str, Any]:
    until = assessment.appeal_until
    return _month(assessment) | {
        "until": in_words(Deadline(until, provisional=False), now=work.now) if until else "",
        "totals": [[line.group, line.place, line.name, _score(line)] for line in table.lines],
        "suspended": [list(pair) for pair in table.suspended],
        "because": assessment.reason,
    }


def _score(line: TownLine) -> str:
    return f"{line.score:f}" if line.score is not None else ""


def _month(assessment: MonthlyAssessment) -> dict[str, Any]:
    name = Month.parse(assessment.month).name
    return {"month": assessment.month, "month_name": name, "assessment_id": assessment.id}


def _about(assessment: MonthlyAssessment, appeal: Appeal, item_name: str) -> dict[str, Any]:
    return _month(assessment) | {"appeal": appeal.id, "town": appeal.town.name, "item": item_name}


def _key(assessment: MonthlyAssessment, what: str) -> str:
    return f"assessment:{assessment.id}:{what}"


def _colleagues(work: Work) -> list[Person]:
    """The Office but for whoever did it."""
    me = work.who.person.id if work.who and work.who.person else None
    return [person for person in people.office(work) if person.id != me]
