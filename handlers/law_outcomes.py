"""Referral to law enforcement (移送执法) and procuratorial suggestions (检察建议) by chat, for the Office."""

import re
from datetime import date

from bot.conversation import Commands
from handlers import texts
from handlers.case_lines import NUMBER, REASON, the_case
from handlers.gathering import shortened
from handlers.joint_actions import past_day
from handlers.orders import office
from handlers.talks import DAY, in_full
from handlers.whistles import GAP
from models.law_referral import LawReferral, law_referrals_newest_first
from rules.law_referrals import LAW_KIND_NAMES, LAW_STATE_NAMES, LawKind, LawState
from rules.refusal import Refusal
from rules.workdays import local_day
from services import law_referrals
from services.desk import Work
from services.law_referrals import LawPaper

commands = Commands()
KIND = r"(?P<kind>检察建议|移送执法)"
KINDS = {name: kind for kind, name in LAW_KIND_NAMES.items()}
DUE = r"(?:答复期限|限)?\s*(?:(?P<due_year>\d{4})[-年/.])?(?P<due_month>\d{1,2})[-月/.](?P<due_day>\d{1,2})日?前?答复"
NEWEST = 10


def kind_of(said: re.Match[str]) -> LawKind:
    return KINDS[said["kind"]]


def due_day(work: Work, said: re.Match[str], dated: date) -> date | None:
    """Until when it is answered, where it says so; without a year the next such day from the paper's own."""
    if not said["due_month"]:
        return None
    try:
        day = date(int(said["due_year"] or dated.year), int(said["due_month"]), int(said["due_day"]))
        return day.replace(year=day.year + 1) if not said["due_year"] and day < dated else day
    except ValueError as error:
        raise Refusal(texts.NO_SUCH_DAY) from error


@commands.say(
    rf"{KIND}{GAP}(?:案件\s*{NUMBER}{GAP})?(?P<paper>[^\s，,]*\d[^\s，,]*){GAP}{DAY}{GAP}(?P<body>[^\s，,：:。、]+){GAP}"
    rf"(?P<subject>.+?)(?:[\s，,：:。、；;]+{DUE})?[。.\s]*",
    office,
    interrupts=False,
)
def record(work: Work, said: re.Match[str]) -> str:
    dated = past_day(work, said)
    due = due_day(work, said, dated)
    case = the_case(work, said["n"]) if said["n"] else None
    paper = LawPaper(kind_of(said), said["paper"], dated, said["body"], said["subject"].strip(), due)
    referral = law_referrals.record(work, paper, case=case)
    until = texts.LAW_DUE.format(day=in_full(work, due)) if due else texts.LAW_NO_DUE
    return texts.LAW_RECORDED.format(
        kind=said["kind"], number=referral.number, body=referral.body, until=until,
        case=f"〔{case.number}〕" if case else "",
    )  # fmt: skip


@commands.say(rf"{KIND}答复{GAP}(?P<paper>[^\s，,]+){GAP}{DAY}{GAP}(?P<result>.+)", office, interrupts=False)
def answered(work: Work, said: re.Match[str]) -> str:
    referral = law_referrals.called(work, kind_of(said), said["paper"])
    law_referrals.answered(work, referral, past_day(work, said), said["result"].strip())
    return texts.LAW_ANSWERED.format(kind=said["kind"], number=referral.number)


@commands.say(rf"{KIND}作废{GAP}(?P<paper>[^\s，,]+){REASON}", office, interrupts=False)
def withdraw(work: Work, said: re.Match[str]) -> str:
    referral = law_referrals.called(work, kind_of(said), said["paper"])
    law_referrals.withdraw(work, referral, said["reason"].strip())
    return texts.LAW_WITHDRAWN.format(kind=said["kind"], number=referral.number)


@commands.say(rf"{KIND}\s*(?:答复|作废|列表)?", office, interrupts=False)
def list_outcomes(work: Work, said: re.Match[str]) -> str:
    kind = kind_of(said)
    rows = law_referrals_newest_first().where(LawReferral.kind == kind).limit(NEWEST)
    lines = [_line(work, row) for row in work.session.scalars(rows)]
    none = texts.NO_LAW_OUTCOMES.format(kind=said["kind"])
    return "\n".join([*(lines or [none]), texts.LAW_HOW.format(kind=said["kind"])])


@commands.say(rf"{KIND}(?:答复|作废)?{GAP}.+", office, interrupts=False, refuses=False)
def how(work: Work, said: re.Match[str]) -> str:
    return texts.LAW_HOW.format(kind=said["kind"])


def _line(work: Work, row: LawReferral) -> str:
    due = local_day(row.answer_due).toordinal() - 1 if row.answer_due else None
    waits = row.state is LawState.SENT and due is not None
    until = texts.LAW_DUE.format(day=in_full(work, date.fromordinal(due))) if waits and due else ""
    said = row.result if row.state is LawState.ANSWERED and row.result else ""
    return texts.LAW_LINE.format(
        number=row.number, body=row.body, state=LAW_STATE_NAMES[row.state], until=f" {until}" if until else "",
        subject=shortened(row.subject, 40), result=f"：{shortened(said, 40)}" if said else "",
    )  # fmt: skip
