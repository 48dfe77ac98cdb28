"""Who is told what when a case moves; docs/messages.md is the same table in prose."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from models.case import Case, CaseEvent
from models.follower import Follower
from models.notification import Notice
from models.person import Person
from models.report import Report, reports_of
from rules.deadlines import Deadline, Severity, in_words
from rules.lifecycle import STATE_NAMES, State
from rules.privacy import without_telephone
from services import people, short_numbers
from services.desk import Work
from services.notifications import owe, owe_each


def tell_town(work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, **says: Any) -> None:
    """Town chief, liaison and village chief, each once."""
    tell_people(work, case, event, notice, sentence, people.town_people(work, case), **says)


def tell_office(work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, **says: Any) -> None:
    """Every clerk of the Office who can be reached, but for the one who did it."""
    mine = work.who.person.id if work.who is not None and work.who.person is not None else None
    clerks = [person for person in people.office(work) if person.id != mine]
    tell_people(work, case, event, notice, sentence, clerks, **says)


def tell_person(
    work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, person: Person, **says: Any
) -> None:
    """One person of the registry."""
    tell_people(work, case, event, notice, sentence, [person], **says)


def tell_people(
    work: Work, case: Case, event: CaseEvent, notice: Notice, sentence: str, to: Sequence[Person], **says: Any
) -> None:
    """These people of the registry, each once for this event, with the number by which they call the case."""
    if not to:
        return
    numbers = short_numbers.of_people(work, to, case)
    owe_each(
        work, notice, sentence, f"case:{case.id}:{event.sequence}:{sentence}",
        {person.id: {"short": numbers.get(person.id, 0)} for person in to},
        case=case, urgent=case.severity is Severity.URGENT, number=case.number, moves=case.moves,
        words=without_telephone(words_of(work, case)), **facts(work, case), **{"town_id": case.town_id, **says},
    )  # fmt: skip


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
    return work.session.scalar(_WORDS, {"case": case.id}) or ""


_WORDS = (
    select(Report.words)
    .where(Report.case_id == bindparam("case"), Report.words != "", Report.withdrawn_at.is_(None))
    .order_by(Report.id)
    .limit(1)
)
