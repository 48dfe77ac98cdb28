"""`flask whistles referrals`: referral to law enforcement (移送执法), procuratorial suggestions (检察建议)."""

from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from commands.cases import find_case
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from commands.whistles import whistles
from models.law_referral import LawReferral, law_referrals_newest_first
from rules.law_referrals import LAW_KIND_NAMES, LAW_STATE_NAMES, LawKind, LawState
from services import law_referrals
from services import whistles as service
from services.desk import Work
from services.law_referrals import LawPaper

COLUMNS = {
    "kind_name": "种类", "number": "文号", "dated": "日期", "body": "单位", "case": "案件号", "state_name": "状态",
    "answer_due": "答复期限", "overdue": "逾期", "answered_on": "答复", "result": "结果", "subject": "事由",
}  # fmt: skip
DAY = click.DateTime(["%Y-%m-%d"])
kind = click.option(
    "--kind", required=True, type=click.Choice([k.value for k in LawKind]),
    help="enforcement 移送执法、suggestion 检察建议。",
)  # fmt: skip


@whistles.group("referrals")
def referrals() -> None:
    """移送执法、检察建议：登记、列表、答复、作废。"""


@referrals.command("record")
@click.argument("number")
@kind
@click.option("--on", "on", required=True, type=DAY, help="文书的日期。")
@click.option("--body", required=True, help="移送给谁，或谁提出建议。")
@click.option("--subject", required=True, help="事由。")
@click.option("--answer-due", type=DAY, help="答复期限；不要求答复的不写。")
@click.option("--case", default="", help="属于哪个案件。")
@click.option("--whistle", default="", help="属于哪个吹哨。")
@as_json
@with_appcontext
@command
def record(
    number: str, kind: str, on: datetime, body: str, subject: str, answer_due: datetime | None, case: str,
    whistle: str, as_json: bool,
) -> None:  # fmt: skip
    """登记一件。NUMBER 是文书上的文号。"""
    due = answer_due.date() if answer_due else None
    paper = LawPaper(LawKind(kind), number, on.date(), body, subject, due)
    print_one(installation().desk.do(_record, paper, case, whistle), as_json)


def _record(work: Work, paper: LawPaper, case: str, whistle: str) -> dict[str, Any]:
    of_case = find_case(work, case) if case else None
    of_whistle = service.called(work, whistle) if whistle else None
    return row_of(work, law_referrals.record(work, paper, case=of_case, whistle=of_whistle))


def row_of(work: Work, referral: LawReferral) -> dict[str, Any]:
    """One as rows and programs show it."""
    due = referral.answer_due
    return {
        "kind": referral.kind.value,
        "kind_name": LAW_KIND_NAMES[referral.kind],
        "number": referral.number,
        "dated": referral.dated.isoformat(),
        "body": referral.body,
        "subject": referral.subject,
        "case": referral.case.number if referral.case else None,
        "whistle": referral.whistle.number if referral.whistle else None,
        "state": referral.state.value,
        "state_name": LAW_STATE_NAMES[referral.state],
        "answer_due": in_china(due),
        "overdue": referral.state is LawState.SENT and due is not None and work.now >= due,
        "answered_on": referral.answered_on.isoformat() if referral.answered_on else None,
        "result": referral.result,
        "recorded_at": in_china(referral.recorded_at),
    }


@referrals.command("list")
@as_json
@with_appcontext
@command
def list_referrals(as_json: bool) -> None:
    """列出移送执法和检察建议，新的在前。"""
    print_rows(installation().desk.look(_rows), as_json, COLUMNS)


def _rows(work: Work) -> list[dict[str, Any]]:
    return [row_of(work, referral) for referral in work.session.scalars(law_referrals_newest_first())]


@referrals.command("answer")
@click.argument("number")
@kind
@click.option("--on", "on", required=True, type=DAY, help="哪一天答复的。")
@click.option("--result", required=True, help="结果。")
@as_json
@with_appcontext
@command
def answer(number: str, kind: str, on: datetime, result: str, as_json: bool) -> None:
    """登记一件的答复和结果。"""
    print_one(installation().desk.do(_answer, number, LawKind(kind), on.date(), result), as_json)


def _answer(work: Work, number: str, kind: LawKind, on: date, result: str) -> dict[str, Any]:
    referral = law_referrals.called(work, kind, number)
    law_referrals.answered(work, referral, on, result)
    return row_of(work, referral)


@referrals.command("withdraw")
@click.argument("number")
@kind
@reason()
@as_json
@with_appcontext
@command
def withdraw(number: str, kind: str, reason: str, as_json: bool) -> None:
    """作废一件。"""
    print_one(installation().desk.do(_withdraw, number, LawKind(kind), reason), as_json)


def _withdraw(work: Work, number: str, kind: LawKind, reason: str) -> dict[str, Any]:
    referral = law_referrals.called(work, kind, number)
    law_referrals.withdraw(work, referral, reason)
    return row_of(work, referral)
