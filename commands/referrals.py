"""`flask referrals`: handing a case over to 区委督查室 or 区纪委监委, with its whole file as one bundle."""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from commands.cases import find_case
from commands.documents import picture_of
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from models.admonition import Referral
from models.registry import Town
from rules.supervision import REFERRAL_STATE_NAMES
from services import admonitions, case_file
from services import referrals as service
from services.desk import Work

COLUMNS = {
    "number": "编号", "state_name": "状态", "case": "案件号", "town": "镇街", "body": "移送单位",
    "prepared_at": "准备", "sent_at": "移送", "reason": "原因",
}  # fmt: skip
with_reason = reason()


@click.group()
def referrals() -> None:
    """移送：列表、准备、登记移送、撤销、导出案卷。"""


@referrals.command("list")
@as_json
@with_appcontext
@command
def list_referrals(as_json: bool) -> None:
    """列出移送，新的在前。"""
    print_rows(installation().desk.look(_rows), as_json, COLUMNS)


def _rows(work: Work) -> list[dict[str, Any]]:
    return [_row(work, r) for r in work.session.scalars(select(Referral).order_by(Referral.id.desc()))]


def _row(work: Work, referral: Referral) -> dict[str, Any]:
    return {
        "number": referral.number,
        "state": referral.state.value,
        "state_name": REFERRAL_STATE_NAMES[referral.state],
        "case": referral.case.number,
        "talk": referral.admonition.number if referral.admonition else None,
        "town": work.session.get_one(Town, referral.town_id).name,
        "body": referral.body,
        "reason": referral.reason,
        "prepared_at": in_china(referral.prepared_at),
        "sent_at": in_china(referral.sent_at),
        "remark": referral.remark,
    }


@referrals.command("prepare")
@click.argument("case")
@click.option("--body", default="", help="移送给哪个单位，见 [rules.ladder] referral_bodies；不写用第一个。")
@with_reason
@as_json
@with_appcontext
@command
def prepare(case: str, body: str, reason: str, as_json: bool) -> None:
    """就一个案件准备移送。CASE 是案件号。"""
    print_one(installation().desk.do(_prepare, case, body, reason), as_json)


def _prepare(work: Work, number: str, body: str, reason: str) -> dict[str, Any]:
    case = find_case(work, number)
    talk = admonitions.open_one(work, case)
    return _row(work, service.prepare(work, case, reason, talk=talk, body=body))


@referrals.command("send")
@click.argument("number")
@as_json
@with_appcontext
@command
def send(number: str, as_json: bool) -> None:
    """登记：案卷已经移送。"""
    print_one(installation().desk.do(_send, number), as_json)


def _send(work: Work, number: str) -> dict[str, Any]:
    referral = service.called(work, number)
    service.send(work, referral)
    return _row(work, referral)


@referrals.command("withdraw")
@click.argument("number")
@with_reason
@as_json
@with_appcontext
@command
def withdraw(number: str, reason: str, as_json: bool) -> None:
    """不移送。"""
    print_one(installation().desk.do(_withdraw, number, reason), as_json)


def _withdraw(work: Work, number: str, reason: str) -> dict[str, Any]:
    referral = service.called(work, number)
    service.withdraw(work, referral, reason)
    return _row(work, referral)


@referrals.command("bundle")
@click.argument("number")
@click.option(
    "-o",
    "--output",
    "path",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个 .zip。",
)
@with_appcontext
@command
def bundle(number: str, path: Path) -> None:
    """导出整套案卷：移送函、经过、督办单及答复、约谈纪要、照片（不含反映人）。"""
    heshao = installation()
    gathered = heshao.desk.do(_file, number)
    path.write_bytes(case_file.bundle(gathered, lambda digest: picture_of(heshao.store, digest)))
    click.echo(f"已写入 {path}（{len(gathered.papers)} 份文件，{len(gathered.pictures)} 张照片）")


def _file(work: Work, number: str) -> case_file.CaseFile:
    referral = service.called(work, number)
    return case_file.case_file(work, referral.case, referral)
