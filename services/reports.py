"""What a reporter does: submit, add to, withdraw, rate; nothing said is ever changed, only added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from models.case import Case, DeclinedPlace, open_near
from models.evidence import Medium
from models.follower import Follower
from models.handling import What
from models.notification import Notice
from models.person import Person
from models.registry import Reach, Town
from models.report import Addition, Callback, Question, Report, Satisfaction, Source, reports_of
from rules import coordinates, kinds, similarity, ticket
from rules.coordinates import Position
from rules.kinds import Kind
from rules.lifecycle import OPEN, STATE_NAMES, Party, State
from rules.privacy import TELEPHONE, without_telephone
from rules.refusal import Refusal
from rules.roles import Role
from rules.routing import Found, Offered, OutsideDistrict, TooFar, WhichTown
from services import audit, cases, evidence, handling, ladder, people
from services.case_notices import tell_office, tell_person, tell_reporter, tell_town
from services.desk import Work
from services.people import town_people


@dataclass(frozen=True)
class Sent:
    """A photo, recording or video as the platform named it."""

    medium: Medium
    media_id: str
    thumb_media_id: str = ""


@dataclass(frozen=True)
class Whereabouts:
    """Where a problem is: a position in WGS-84 (with what was given), a reach, or both."""

    reach_id: int | None
    town_id: int | None
    place: str
    position: Position | None = None
    given: tuple[float, float] | None = None
    datum: str = ""
    routed_by: str = ""
    metres: float | None = None
    asked: bool = False
    """The reporter chose between towns or reaches; the Office should look."""


@dataclass(frozen=True)
class Submission:
    """Everything one person sends in one report."""

    where: Whereabouts
    kind: Kind
    words: str
    sent: Sequence[Sent]
    telephone: bool = False
    caller_name: str = ""
    caller_phone: str = ""
    handed_down: Source | None = None
    """The Office writes down what others found: city feedback (市级反馈), an inspection (暗查暗访)."""


def route(work: Work, position: Position) -> Found | WhichTown | Offered | TooFar | OutsideDistrict:
    """Which reach and town answer for this place, by today's registry."""
    return work.atlas.routing.route(position, work.rulebook.routing, work.rulebook.bounds)


def decline_place(work: Work, position: Position, why: str) -> None:
    """Count a place nobody here answers for; who sent it is not kept."""
    work.session.add(
        DeclinedPlace(
            at=work.now, longitude=round(position.longitude, 3), latitude=round(position.latitude, 3), why=why
        )
    )


def kind_of(work: Work, words: str) -> Kind | None:
    """What kind of problem these words speak of."""
    return kinds.recognise(words, work.rulebook.kinds)


def other_kind(work: Work) -> Kind:
    """The last kind of the list (其他): always there."""
    return work.rulebook.kinds[-1]


def submit(work: Work, submission: Submission) -> Report:
    """Write the report down, join it to an open case of the same kind nearby or open one and assign it."""
    where = submission.where
    words, phone = _without_own_number(submission.words)
    number, known = _new_ticket(work), _before_numbering(work, where)
    case = _case_to_join(work, submission)
    if case is None:  # whoever opens one waits for the others who do: all that can be is done before
        cases.hold_numbering(work)
        case = _case_to_join(work, submission)
    joined = case is not None
    if case is None:
        case = cases.open_case(
            work, submission.kind, reach_id=where.reach_id, town_id=where.town_id, place=where.place,
            longitude=where.position.longitude if where.position else None,
            latitude=where.position.latitude if where.position else None,
        )  # fmt: skip
    report = Report(
        ticket=number,
        reporter_id=None if submission.telephone or work.who is None else work.who.follower_id,
        taken_by_id=work.who.person.id if submission.telephone and work.who and work.who.person else None,
        source=_source(work, submission),
        kind=submission.kind.name,
        words=words,
        longitude=where.position.longitude if where.position else None,
        latitude=where.position.latitude if where.position else None,
        given_x=where.given[0] if where.given else None,
        given_y=where.given[1] if where.given else None,
        datum=where.datum,
        place=where.place,
        reach_id=where.reach_id,
        routed_by=where.routed_by,
        metres=where.metres,
        submitted_at=work.now,
        case_id=case.id,
        joined=joined,
    )
    work.session.add(report)
    work.session.flush()
    if submission.caller_name or submission.caller_phone or phone:
        phone = "、".join(filter(None, dict.fromkeys([submission.caller_phone, phone])))
        work.session.add(Callback(report_id=report.id, name=submission.caller_name, phone=phone))
    if submission.handed_down is not None:
        case.ladder = submission.handed_down.value  # those who handed it down watch by their own numbers
    _into_case(work, case, report, submission, known)
    for sent in submission.sent:
        expect(work, sent, report_id=report.id)
    return report


@dataclass(frozen=True)
class _Known:
    """What is read before the numbering is held."""

    town: Town | None
    unread: str
    """Why nobody in the town would read it, or nothing."""
    speaker: Follower | None


def _before_numbering(work: Work, where: Whereabouts) -> _Known:
    """The town with those who answer for it, and who speaks: read now and kept until the end."""
    town = work.session.get(Town, where.town_id) if where.town_id is not None else None
    unread = people.leaders_or_why(work, where.town_id)[1]
    return _Known(town, unread, work.who.follower if work.who and work.who.person is None else None)


def _without_own_number(words: str) -> tuple[str, str]:
    """The words without telephone numbers, and these: kept apart, seen by the Office, erasable."""
    return without_telephone(words), "、".join(dict.fromkeys(TELEPHONE.findall(words)))


def _into_case(work: Work, case: Case, report: Report, submission: Submission, known: _Known) -> None:
    where = submission.where
    details = {
        "report": report.id,
        "source": report.source.value,
        "metres": where.metres,
        "why": where.routed_by,
    }
    if report.joined:
        audit.record(work, case, "joined", _reporting_party(report), details=details)
        if submission.handed_down is not None:
            ladder.schedule(work, case)
        return
    audit.record(work, case, "reported", _reporting_party(report), details=details)
    if known.town is None:
        raise Refusal("还不知道这是哪个镇街的河段，请先发送位置。")
    cases.dispatch(work, case, known.town.id, where.routed_by, known.unread)
    if report.source is Source.INSPECTION:
        handling.came(work, case, What.FOUND, case.severity.value)
    if where.asked:
        case.mark("交界位置，由反映人选择镇街，请核对")


BY_THE_OFFICE = frozenset({Source.TELEPHONE, Source.CITY_FEEDBACK, Source.INSPECTION})
"""Written down by a clerk for somebody else."""


def _reporting_party(report: Report) -> Party:
    return Party.OFFICE if report.source in BY_THE_OFFICE else Party.REPORTER


def _new_ticket(work: Work) -> str:
    while True:
        number = ticket.new(work.random)
        if work.session.scalar(select(Report.id).where(Report.ticket == number)) is None:
            return number


def _source(work: Work, submission: Submission) -> Source:
    if submission.handed_down is not None:
        return submission.handed_down
    if submission.telephone:
        return Source.TELEPHONE
    who = work.who
    if who is None:
        return Source.RESIDENT
    if who.is_town or who.holds(Role.GENERAL_CHIEF, Role.DISTRICT_CHIEF):
        return Source.CHIEF
    if who.holds(Role.CIVILIAN_CHIEF):
        return Source.CIVILIAN_CHIEF
    return Source.VOLUNTEER if who.holds(Role.VOLUNTEER) else Source.RESIDENT


def _case_to_join(work: Work, submission: Submission) -> Case | None:
    """The open case this report belongs to, held: of many who join at once each sees what the others did."""
    case = _case_nearby(work, submission)
    if case is None:
        return None
    work.session.refresh(case, with_for_update=True)
    return case if case.is_open else None


def _case_nearby(work: Work, submission: Submission) -> Case | None:
    """An open case of the same kind within the set metres and days, the oldest of them."""
    position = submission.where.position
    if position is None:
        return None
    since = work.now - timedelta(days=work.rulebook.joining_days)
    near = open_near(submission.kind.name, since, coordinates.around(position, work.rulebook.joining_metres))
    for case in work.session.scalars(near):
        if case.longitude is None or case.latitude is None:
            continue
        there = Position(case.longitude, case.latitude)
        if similarity.joins(
            position, submission.kind.name, work.now, there, case.kind, case.opened_at,
            work.rulebook.joining_metres, work.rulebook.joining_days,
        ):  # fmt: skip
            return case
    return None


def expect(
    work: Work,
    sent: Sent,
    *,
    report_id: int | None = None,
    addition_id: int | None = None,
    case_id: int | None = None,
    proof_round: int = 0,
    answer_id: int | None = None,
    appeal_id: int | None = None,
) -> None:
    """Write down that this photo, recording or video is to be fetched."""
    evidence.expect(
        work, sent.medium, sent.media_id, report_id=report_id, addition_id=addition_id, case_id=case_id,
        proof_round=proof_round, answer_id=answer_id, appeal_id=appeal_id, thumb_media_id=sent.thumb_media_id,
        sent_at=work.now,
    )  # fmt: skip


def mine(work: Work, number: str) -> Report:
    """The speaker's own report with this ticket; another's is answered as if it did not exist."""
    found = ticket.normalised(number)
    if found is None:
        raise Refusal("编号有误，请核对后再发。编号在提交成功的那条消息里，回复“进度”也能看到。")
    report = work.session.scalar(select(Report).where(Report.ticket == found))
    if report is None or work.who is None or report.reporter_id != work.who.follower_id:
        raise Refusal("没有找到您的这个编号。回复“进度”可以看到您上报过的问题。")
    return report


def withdraw(work: Work, report: Report) -> None:
    """Take a report back before the town has accepted it (撤回); others' reports keep the case alive."""
    if report.withdrawn_at is not None:
        raise Refusal("这条上报已经撤回过了。")
    case = report.case
    if case.state not in (State.TRIAGE, State.ASSIGNED):
        raise Refusal(
            f"现在不能撤回：{case.town.name if case.town else '河长办'}已经在办理（{STATE_NAMES[case.state]}）。"
            f"有新情况请回复“补充 {report.ticket}”。"
        )
    others = [r for r in work.session.scalars(reports_of(case.id)) if r.id != report.id]
    if others:
        audit.record(work, case, "report_withdrawn", Party.REPORTER, details={"report": report.id})
    else:
        cases.withdraw(work, case)
    report.withdrawn_at = work.now


def check_addable(report: Report) -> None:
    """Refuse where nothing can be added any more, and say why."""
    case = report.case
    if report.withdrawn_at is not None or not case.is_open:
        state = "已撤回" if report.withdrawn_at else STATE_NAMES[case.state]
        raise Refusal(f"这条上报{state}，不能再补充。需要时请重新上报。")


def add(work: Work, report: Report, words: str, sent: Sequence[Sent]) -> None:
    """Add words or photos to a report (补充): a new row, and whoever has the case now is told."""
    check_addable(report)
    case = report.case
    addition = _addition(work, report, words, None)
    for thing in sent:
        expect(work, thing, addition_id=addition.id)
    event = audit.record(
        work, case, "addition", Party.REPORTER, details={"addition": addition.id, "photos": len(sent)}
    )
    added = addition.words
    if case.state is not State.TRIAGE:
        tell_town(work, case, event, Notice.CASE_STATE, "town_addition", added=added, photos=len(sent))
    if case.state in (State.TRIAGE, State.VERIFYING):
        tell_office(work, case, event, Notice.CASE_STATE, "office_addition", added=added, photos=len(sent))


def _addition(work: Work, report: Report, words: str, question_id: int | None) -> Addition:
    words, phone = _without_own_number(words)
    addition = Addition(report_id=report.id, words=words, question_id=question_id, at=work.now)
    work.session.add(addition)
    if phone:
        callback = work.session.get(Callback, report.id)
        if callback is None:
            work.session.add(Callback(report_id=report.id, name="", phone=phone))
        elif phone not in callback.phone:
            callback.phone = f"{callback.phone}、{phone}"
    work.session.flush()
    return addition


def ask(work: Work, case: Case, words: str) -> int:
    """A town asks the reporters something (追问) without knowing who they are; returns how many were asked."""
    if work.who is None or work.who.person is None or not (work.who.answers_for(case) or work.who.is_office):
        raise Refusal("这不是您负责的案件。")
    if not case.is_open:
        raise Refusal(f"该案件{STATE_NAMES[case.state]}，不能再追问。")
    if not words.strip():
        raise Refusal("请写明要问什么，例如：追问 " + case.number + " 排水口在桥的哪一侧？")
    asked = [r for r in work.session.scalars(reports_of(case.id)) if r.reporter_id is not None]
    if not asked:
        raise Refusal("该问题由电话反映，反映人没有微信，请联系河长办代为询问。")
    question = Question(case_id=case.id, asked_by_id=work.who.person.id, words=words, at=work.now)
    work.session.add(question)
    work.session.flush()
    event = audit.record(
        work,
        case,
        "question",
        Party.TOWN if work.who.answers_for(case) else Party.OFFICE,
        reason=words,
        details={"question": question.id},
    )
    for report in asked:
        tell_reporter(work, case, event, Notice.CASE_STATE, "reporter_question", report, question=words)
    return len(asked)


def open_question(work: Work, follower: Follower) -> tuple[Question, Report] | None:
    """The latest question to this follower that has no answer of theirs yet, while the case is open."""
    rows = work.session.execute(
        select(Question, Report)
        .join(Report, Report.case_id == Question.case_id)
        .join(Case, Case.id == Question.case_id)
        .where(
            Report.reporter_id == follower.id, Report.withdrawn_at.is_(None), Case.state.in_(OPEN),
            Report.submitted_at <= Question.at,
            ~select(Addition.id)
            .where(Addition.question_id == Question.id, Addition.report_id == Report.id)
            .exists(),
        )
        .order_by(Question.id.desc())
        .limit(1)
    )  # fmt: skip
    found = rows.first()
    return (found[0], found[1]) if found else None


def answer(work: Work, question: Question, report: Report, words: str) -> None:
    """The reporter's answer goes back to whoever asked, word for word, without a name."""
    addition = _addition(work, report, words, question.id)
    case = report.case
    event = audit.record(
        work, case, "answer", Party.REPORTER, details={"question": question.id, "addition": addition.id}
    )
    asker = work.session.get_one(Person, question.asked_by_id)
    told = {p.id: p for p in town_people(work, case)} | {asker.id: asker}
    for person in told.values():
        tell_person(
            work,
            case,
            event,
            Notice.CASE_STATE,
            "town_answer",
            person,
            question=question.words,
            answer=addition.words,
        )


def to_rate(work: Work, follower: Follower) -> list[Satisfaction]:
    """Ratings this follower has been asked for and has not given, newest first."""
    return list(
        work.session.scalars(
            select(Satisfaction)
            .join(Report, Report.id == Satisfaction.report_id)
            .join(Case, Case.id == Report.case_id)
            .where(
                Report.reporter_id == follower.id, Satisfaction.rating.is_(None),
                Satisfaction.expired_at.is_(None), Case.state == State.CLOSED,
            )
            .order_by(Satisfaction.id.desc())
        )
    )  # fmt: skip


def not_rated(work: Work, asked: Satisfaction) -> None:
    """Silence for the set time counts as not rated."""
    asked.expired_at = work.now


def reaches_called(work: Work, text: str) -> tuple[list[Reach], bool]:
    """The reaches a typed place may mean, best first, and whether the text says nothing but a place."""
    atlas = work.atlas
    match = atlas.names.find(text)
    return [atlas.reaches[i] for i in match.reaches], match.place_only


def reach(work: Work, reach_id: int) -> Reach:
    """A reach by its id: of today from memory, one that has ended from its row."""
    return work.atlas.reaches.get(reach_id) or work.session.get_one(Reach, reach_id)


def town(work: Work, town_id: int) -> Town:
    """A town by its id, as `reach`."""
    return work.atlas.towns.get(town_id) or work.session.get_one(Town, town_id)


def towns_called(work: Work, text: str, towns: Sequence[Town]) -> list[Town]:
    """Towns of today whose name is, begins with or contains what was typed."""
    said = text.strip()
    for trimmed in (said, said.rstrip("吧了。."), said.rstrip("镇街道乡")):
        for fits in (str.__eq__, str.startswith, str.__contains__):
            found = [town for town in towns if trimmed and fits(town.name, trimmed)]
            if found:
                return found
    return []
