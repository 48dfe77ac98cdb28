"""`flask cases extensions|grant|refuse`: requests for more time (延期), answered at the command line."""

from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from commands.cases import cases, find_case
from commands.installation import as_json, command, in_china, installation, print_rows
from models.extension import EXTENSION_NAMES, Extension, extensions_asked
from services import extensions as service
from services.desk import Work

COLUMNS = {
    "case": "案件号", "town": "镇街", "days": "工作日", "due_before": "原期限", "due_after": "新期限",
    "reason": "理由", "asked_at": "申请时间", "state_name": "状态", "decided_at": "答复时间", "remark": "答复理由",
}  # fmt: skip


@cases.command("extensions")
@click.option("--all", "everything", is_flag=True, help="连同已经答复的。")
@as_json
@with_appcontext
@command
def list_extensions(everything: bool, as_json: bool) -> None:
    """列出等待答复的延期申请，旧的在前。"""
    print_rows(installation().desk.look(_rows, everything), as_json, COLUMNS)


def _rows(work: Work, everything: bool) -> list[dict[str, Any]]:
    wanted = select(Extension).order_by(Extension.id) if everything else extensions_asked()
    return [row(each) for each in work.session.scalars(wanted)]


def row(each: Extension) -> dict[str, Any]:
    """A request as it is listed; people only as pseudonyms."""
    return {
        "case": each.case.number,
        "town": each.case.town.name if each.case.town else None,
        "days": each.days,
        "due_before": in_china(each.due_before),
        "due_after": in_china(each.due_after),
        "reason": each.reason,
        "asked_by": each.asked_by,
        "asked_at": in_china(each.asked_at),
        "state": each.state.value,
        "state_name": EXTENSION_NAMES[each.state],
        "decided_by": each.decided_by,
        "decided_at": in_china(each.decided_at),
        "remark": each.remark,
    }


@cases.command()
@click.argument("number")
@with_appcontext
@command
def grant(number: str) -> None:
    """批准一个案件的延期申请（等同于对话里的“准”）。"""
    granted = installation().desk.do(_grant, number)
    click.echo(
        f"已批准〔{granted['case']}〕延期 {granted['days']} 个工作日，新的期限 {granted['due_after']}。"
    )


def _grant(work: Work, number: str) -> dict[str, Any]:
    return row(service.grant(work, find_case(work, number)))


@cases.command()
@click.argument("number")
@click.argument("reason")
@with_appcontext
@command
def refuse(number: str, reason: str) -> None:
    """不批准一个案件的延期申请，写明理由（等同于对话里的“不准”）。"""
    refused = installation().desk.do(_refuse, number, reason)
    click.echo(f"未批准〔{refused['case']}〕延期，期限仍为 {refused['due_before']}。")


def _refuse(work: Work, number: str, reason: str) -> dict[str, Any]:
    return row(service.refuse(work, find_case(work, number), reason))
