"""What the River Chief Office does by chat: triage, verify, transfer, decline, correct, look up, sum up."""

import re
from collections import Counter
from datetime import timedelta

from sqlalchemy import or_, select

from bot.conversation import Commands
from handlers import chief, texts
from handlers.case_lines import NUMBER, REASON, deed_words, is_late, last_deed, line_of, short_of, the_case
from handlers.gathering import shortened
from models.case import Case, events_of, open_cases
from models.registry import towns_in_force
from models.report import Report
from rules import case_number, kinds, ticket
from rules.deadlines import SEVERITY_NAMES, Severity
from rules.lifecycle import OutOfTurn, Party, State
from rules.refusal import Refusal
from rules.roles import Role
from services import cases, reports, short_numbers
from services.case_notices import deadline_words
from services.desk import Work
from services.people import Who

commands = Commands()


def office(who: Who) -> bool:
    return who.is_office


def overseer(who: Who) -> bool:
    return who.holds(Role.OFFICE, Role.GENERAL_CHIEF, Role.DISTRICT_CHIEF)


def waiting_for_office(work: Work) -> list[Case]:
    """Cases the Office must act on: to assign, to verify, or marked for a look."""
    rows = open_cases().where(or_(Case.state.in_((State.TRIAGE, State.VERIFYING)), Case.for_office != ""))
    return list(work.session.scalars(rows))


@commands.say(r"待办|我的待办|任务", chief.staff)
def todo(work: Work, said: re.Match[str]) -> str:
    """What waits for this person, in each of the roles held."""
    parts = []
    if work.who and work.who.is_office:
        parts.append(_todo_office(work))
    if work.who and work.who.is_town:
        parts.append(chief.todo(work))
    parts = [part for part in parts if part != texts.NO_TODO] or [texts.NO_TODO]
    return "\n".join(parts)


def _todo_office(work: Work) -> str:
    rows = [line_of(work, case) for case in waiting_for_office(work)]
    if not rows:
        return texts.NO_TODO
    listed = "\n".join(rows)
    besides = "".join(how for why, how in texts.TODO_OFFICE_HINTS.items() if why in listed)
    hint = texts.TODO_OFFICE_HINT.removesuffix("。") + besides
    return "\n".join([texts.TODO_OFFICE.format(count=len(rows)), *rows, f"{hint}。"])


def told_what_was_done(work: Work, case: Case, refusal: OutOfTurn) -> Refusal:
    """The second clerk on a case is told what the first did."""
    last = last_deed(work, case)
    return Refusal(f"{refusal}\n{texts.ALREADY.format(**last)}") if last else refusal


def colleague(work: Work, case: Case) -> str:
    """What a colleague has done on the case since this clerk last saw it, told once; nothing where nobody has."""
    who = work.who
    if who is None or not case.is_open:
        return ""
    seen = short_numbers.last_shown(work, who.follower, case) or work.now - COLLEAGUE_WITHIN
    if case.state is State.VERIFYING and case.proved_at is not None:
        seen = max(seen, case.proved_at)  # what was done before this proof is past
    theirs = [
        event for event in work.session.scalars(events_of(case.id))
        if event.party is Party.OFFICE and event.actor != who.pseudonym and event.at > seen
    ]  # fmt: skip
    short_numbers.of_follower(work, who.follower, case)
    told = [texts.ALREADY.format(**deed) for event in theirs if (deed := deed_words(work, event))]
    return "\n".join(told) + texts.SAY_AGAIN if told else ""


COLLEAGUE_WITHIN = timedelta(minutes=30)
"""Who has never been shown the case is told of what was done on it in this time."""


VERDICT = r"(?:(?P<passed>通过[\s。.！!]*)|不通过(?:[\s，,：:。、；;]+(?P<reason>.*))?)"
"""Only a bare 通过 passes: “通过吗”, “通过不了” are asked back."""


@commands.say(rf"复核\s*{NUMBER}[\s，,：:]*{VERDICT}", office)
def verify(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    reason = (said["reason"] or "").strip()
    told = colleague(work, case)
    if told:
        return told
    try:
        if said["passed"]:
            cases.verify(work, case)
            return texts.VERIFIED.format(number=case.number, n=short_of(work, case))
        cases.send_back(work, case, reason)
    except OutOfTurn as refusal:
        raise told_what_was_done(work, case, refusal) from None
    return texts.SENT_BACK.format(number=case.number, town=_town(case), reason=reason)


@commands.say(rf"复核\s*{NUMBER}.*", office)
def verify_how(work: Work, said: re.Match[str]) -> str:
    return texts.VERIFY_HOW.format(n=said["n"])


@commands.say(
    rf"转派\s*{NUMBER}(?=[\s，,：:。、；;给到至]|$)[\s，,：:。、；;]*(?:给|到|至)?\s*(?P<town>.*)", office
)
def transfer(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    towns = list(work.session.scalars(towns_in_force(work.today)))
    wanted = said["town"].strip(" 。.")
    found = reports.towns_called(work, wanted, towns) if wanted else []
    if len(found) > 1:
        return texts.WHICH_OF_TOWNS.format(said=wanted, towns="、".join(t.name for t in found))
    if not found:
        names = [town.name for town in towns]
        return texts.WHICH_TOWN.format(
            said=wanted, n=said["n"], example=next(iter(names), "镇街"), towns="、".join(names)
        )
    told = colleague(work, case)
    if told:
        return told
    try:
        cases.transfer(work, case, found[0])
    except OutOfTurn as refusal:
        raise told_what_was_done(work, case, refusal) from None
    return texts.TRANSFERRED.format(
        number=case.number, town=found[0].name, deadline=deadline_words(work, case),
        warning=f"\n注意：{case.for_office}。" if case.for_office else "",
    )  # fmt: skip


@commands.say(rf"核对\s*{NUMBER}", office)
def confirm(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    cases.confirm(work, case)
    return texts.CONFIRMED.format(number=case.number)


@commands.say(rf"不属于\s*{NUMBER}{REASON}", office)
def decline(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    reason = said["reason"].strip()
    told = colleague(work, case)
    if told:
        return told
    try:
        cases.decline(work, case, reason)
    except OutOfTurn as refusal:
        raise told_what_was_done(work, case, refusal) from None
    return texts.DECLINED.format(number=case.number, reason=reason)


@commands.say(rf"重开\s*{NUMBER}{REASON}", office)
def reopen(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    try:
        cases.reopen(work, case, said["reason"].strip())
    except OutOfTurn as refusal:
        raise told_what_was_done(work, case, refusal) from None
    return texts.CASE_REOPENED.format(number=case.number, town=_town(case))


@commands.say(rf"改级\s*{NUMBER}[\s，,：:]*(?:为|成)?\s*(?P<severity>.*)", office)
def change_severity(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    severity = Severity.named(said["severity"].strip(" 。."))
    if severity is None:
        return texts.WHICH_SEVERITY.format(n=said["n"])
    told = colleague(work, case)
    if told:
        return told
    cases.change_severity(work, case, severity)
    return texts.SEVERITY_CHANGED.format(
        number=case.number,
        severity=SEVERITY_NAMES[severity],
        deadline=deadline_words(work, case) or "分派后计算",
    )


@commands.say(rf"改类\s*{NUMBER}[\s，,：:]*(?:为|成)?\s*(?P<kind>.*)", office)
def change_kind(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    kind = kinds.named(said["kind"].strip(" 。."), work.rulebook.kinds)
    if kind is None:
        names = "、".join(k.name for k in work.rulebook.kinds)
        return texts.WHICH_KIND.format(said=said["kind"].strip(), kinds=names)
    told = colleague(work, case)
    if told:
        return told
    cases.change_kind(work, case, kind)
    return texts.KIND_CHANGED.format(number=case.number, kind=kind.name)


@commands.say(r"查\s*(?P<said>[\d〔〕\-－—–年号\s０-９]+)", office)
def look_up(work: Work, said: re.Match[str]) -> str:
    """By case number, short number, or the ticket a caller reads out."""
    text = said["said"].strip()
    found = ticket.normalised(text)
    if found is not None:
        report = work.session.scalar(select(Report).where(Report.ticket == found))
        if report is None:
            return texts.NOT_FOUND.format(said=text)
        return chief.shown(work, report.case)
    full = case_number.parse(text)
    return chief.shown(work, the_case(work, case_number.case_number(*full) if full else text))


@commands.say(
    rf"(?P<verb>复核|转派|不属于|改级|改类|重开|核对|查){chief.UNREADABLE}",
    office,
    interrupts=False,
    refuses=False,
)
def which(work: Work, said: re.Match[str]) -> str:
    """The verb without a number that can be read: the Office's list, with an example."""
    rows = [line_of(work, case) for case in waiting_for_office(work)]
    if not rows:
        return texts.NO_TODO
    return "\n".join([texts.WHICH_CASE.format(verb=said["verb"], n=rows[0].split()[0]), *rows])


@commands.say(
    rf"(?P<verb>转派|不属于|重开)\s*{NUMBER}(?P<words>\D.*)", office, interrupts=False, refuses=False
)
def blank_missing(work: Work, said: re.Match[str]) -> str:
    """“转派2次都没人管” orders nothing."""
    return texts.BLANK_MISSING.format(
        verb=said["verb"], n=said["n"], words=shortened(said["words"].strip(), 20)
    )


@commands.say(r"汇总|总览|统计", overseer)
def summary(work: Work, said: re.Match[str]) -> str:
    """Open and overdue per town, in the registry's order."""
    open_now: Counter[int] = Counter()
    late: Counter[int] = Counter()
    triage = 0
    for case in work.session.scalars(open_cases()):
        if case.state is State.TRIAGE or case.town_id is None:
            triage += 1
            continue
        open_now[case.town_id] += 1
        late[case.town_id] += is_late(work, case)
    if not open_now and not triage:
        return texts.SUMMARY_NONE
    rows = [
        texts.SUMMARY_ROW.format(town=town.name, open=open_now[town.id], late=late[town.id])
        for town in work.session.scalars(towns_in_force(work.today))
        if open_now[town.id]
    ]
    return "\n".join([texts.SUMMARY_ALL, *rows, texts.SUMMARY_TRIAGE.format(count=triage)])


def _town(case: Case) -> str:
    return case.town.name if case.town else "河长办"
