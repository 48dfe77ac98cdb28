"""Who is told what when a case moves; docs/messages.md is the same table in prose."""

from typing import Any

from sqlalchemy import select

from models.case import Case, CaseEvent
from models.follower import Follower
from models.notification import Notice
from models.person import Person
from models.report import Report, reports_of
from rules.deadlines import Deadline, Severity, in_words
from rules.lifecycle import STATE_NAMES, State
from rules.privacy import without_telephone
from services import people
from services.desk import Work
from services.notifications import owe


def tell_town(work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, **says: Any) -> None:
    """Town chief, liaison and village chief, each once."""
    for person in people.town_people(work, case):
        _tell(work, case, event, notice, sentence, person, says)


def tell_office(work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, **says: Any) -> None:
    """Every clerk of the Office who can be reached, but for the one who did it."""
    for person in people.office(work):
        if work.who is None or work.who.person is None or work.who.person.id != person.id:
            _tell(work, case, event, notice, sentence, person, says)


def tell_person(
    work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, person: Person, **says: Any
) -> None:
    """One person of the registry."""
    _tell(work, case, event, notice, sentence, person, says)


def tell_reporters(
    work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, **says: Any
) -> None:
    """Everybody who reported it and did not withdraw: only their own ticket is named to them."""
    for report in work.session.scalars(reports_of(case.id)):
        tell_reporter(work, case, event, notice, sentence, report, **says)


def tell_reporter(
    work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, report: Report, **says: Any
) -> None:
    """One reporter about one report; by telephone reported ones are called back by the Office."""
    if report.reporter_id is None:
        return
    follower = work.session.get_one(Follower, report.reporter_id)
    owe(
        work, notice, sentence, f"case:{case.id}:{event.sequence}:{sentence}:report:{report.id}",
        follower=follower, case=case, urgent=False, ticket=report.ticket, report=report.id,
        **facts(work, case), **says,
    )  # fmt: skip


def _tell(
    work: Work,
    case: Case,
    event: CaseEvent,
    notice: Notice,
    sentence: str,
    person: Person,
    says: dict[str, Any],
) -> None:
    follower = people.follower_of(work, person)
    short = people.short_number(work, follower, case, shown=False) if follower else 0
    owe(
        work, notice, sentence, f"case:{case.id}:{event.sequence}:{sentence}",
        person=person, case=case, urgent=case.severity is Severity.URGENT,
        number=case.number, short=short, moves=case.moves, words=without_telephone(words_of(work, case)),
        **facts(work, case), **{"town_id": case.town_id, **says},
    )  # fmt: skip


def facts(work: Work, case: Case) -> dict[str, Any]:
    """What a sentence about a case may say to anybody concerned."""
    return {
        "place": case.place,
        "town": case.town.name if case.town else "",
        "kind": case.kind,
        "state": STATE_NAMES[case.state],
        "deadline": deadline_words(work, case),
        "deadline_at": at.isoformat() if (at := case.due_at) else "",
        "expected": _expected(work, case),
    }


def _expected(work: Work, case: Case) -> str:
    """What a reporter may expect next, with its date."""
    town, date = case.town.name if case.town else "", deadline_words(work, case)
    match case.state:
        case State.ASSIGNED:
            return f"预计{date}由{town}受理"
        case State.ACCEPTED:
            return f"由{town}继续整改，预计{date}完成"
        case _:
            return "等待河长办分派"


def deadline_words(work: Work, case: Case) -> str:
    """The date that counts now, as people say it."""
    at = case.due_at
    words = in_words(Deadline(at, case.due_is_provisional), now=work.now) if at else ""
    return f"{words}（协同办理中，暂停计时）" if words and case.is_paused else words


def words_of(work: Work, case: Case) -> str:
    """The words of the first report that has any."""
    words = work.session.scalar(
        select(Report.words)
        .where(Report.case_id == case.id, Report.words != "", Report.withdrawn_at.is_(None))
        .order_by(Report.id)
        .limit(1)
    )
    return words or ""
