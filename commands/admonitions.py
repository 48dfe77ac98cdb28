"""`flask admonitions`: talks – call, list, show, set the day, record the minutes, follow up, withdraw, write out."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from commands.cases import find_case
from commands.documents import output, write_paper
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from models.admonition import Admonition
from models.registry import Town
from rules.supervision import ADMONITION_STATE_NAMES, GROUND_NAMES, Ground
from rules.workdays import CHINA
from services import admonitions as service
from services import falsification, order_papers
from services.admonitions import Minutes
from services.desk import Work
from services.papers import Paper

COLUMNS = {
    "number": "编号", "state_name": "状态", "case": "案件号", "town": "镇街", "ground_name": "事由",
    "called_at": "发起", "meets_at": "约谈时间", "undertakings_by": "承诺期限",
}  # fmt: skip
with_reason = reason("，原样写进记录并告知镇街")
WHEN = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def admonitions() -> None:
    """约谈：发起、列表、查看、定时间、录纪要、兑现、撤销、导出。"""


@admonitions.command("list")
@click.option("--open", "only_open", is_flag=True, help="只列没有办结的。")
@as_json
@with_appcontext
@command
def list_talks(only_open: bool, as_json: bool) -> None:
    """列出约谈，新的在前。"""
    print_rows(installation().desk.look(_rows, only_open), as_json, COLUMNS)


def _rows(work: Work, only_open: bool) -> list[dict[str, Any]]:
    found = work.session.scalars(select(Admonition).order_by(Admonition.id.desc()))
    return [_row(work, talk) for talk in found if talk.is_open or not only_open]


def _row(work: Work, talk: Admonition) -> dict[str, Any]:
    return {
        "number": talk.number,
        "year": talk.year,
        "serial": talk.serial,
        "state": talk.state.value,
        "state_name": ADMONITION_STATE_NAMES[talk.state],
        "case": talk.case.number,
        "order": talk.order.number if talk.order else None,
        "town": work.session.get_one(Town, talk.town_id).name,
        "ground": talk.ground.value,
        "ground_name": GROUND_NAMES[talk.ground],
        "reason": talk.reason,
        "called_at": in_china(talk.called_at),
        "meets_at": in_china(talk.meets_at),
        "place": talk.place,
        "held_by": talk.held_by,
        "attended": talk.attended,
        "persons": talk.persons,
        "minutes": talk.minutes,
        "undertakings": talk.undertakings,
        "undertakings_by": in_china(talk.undertakings_by),
        "settled_at": in_china(talk.settled_at),
        "remark": talk.remark,
    }


@admonitions.command("show")
@click.argument("number")
@as_json
@with_appcontext
@command
def show(number: str, as_json: bool) -> None:
    """查看一次约谈。NUMBER 是编号，如 〔2026〕2号，或只写 2。"""
    print_one(installation().desk.look(_whole, number), as_json)


def _whole(work: Work, number: str) -> dict[str, Any]:
    return _row(work, service.called(work, number))


@admonitions.command("call")
@click.argument("case")
@click.option("--falsified", is_flag=True, help="查实整改弄虚作假：同时退回整改。")
@with_reason
@as_json
@with_appcontext
@command
def call(case: str, falsified: bool, reason: str, as_json: bool) -> None:
    """就一个案件约谈办理单位。CASE 是案件号。"""
    print_one(installation().desk.do(_call, case, falsified, reason), as_json)


def _call(work: Work, number: str, falsified: bool, reason: str) -> dict[str, Any]:
    case = find_case(work, number)
    if falsified:
        return _row(work, falsification.found(work, case, reason))
    return _row(work, service.call(work, case, Ground.BY_HAND, reason))


@admonitions.command("date")
@click.argument("number")
@click.option("--at", required=True, type=WHEN, help="约谈时间（北京时间），如 2026-12-01T14:00。")
@click.option("--place", default="", help="地点。")
@as_json
@with_appcontext
@command
def date(number: str, at: datetime, place: str, as_json: bool) -> None:
    """定下（或改）约谈的时间地点，并通知镇街。"""
    print_one(installation().desk.do(_date, number, at.replace(tzinfo=CHINA), place), as_json)


def _date(work: Work, number: str, at: datetime, place: str) -> dict[str, Any]:
    talk = service.called(work, number)
    service.set_date(work, talk, at, place)
    return _row(work, talk)


@admonitions.command("minutes")
@click.argument("number")
@click.option("--by", "held_by", required=True, help="约谈人。")
@click.option("--with", "attended", required=True, multiple=True, help="被约谈人，可以写几次。")
@click.option("--words", required=True, help="谈话内容。")
@click.option("--undertakings", required=True, help="承诺事项。")
@click.option("--until", required=True, type=DAY, help="承诺完成的日期，如 2026-12-20。")
@as_json
@with_appcontext
@command
def minutes(
    number: str,
    held_by: str,
    attended: tuple[str, ...],
    words: str,
    undertakings: str,
    until: datetime,
    as_json: bool,
) -> None:
    """录入约谈纪要，此后跟踪承诺。"""
    taken = Minutes(held_by, attended, words, undertakings, until.date())
    print_one(installation().desk.do(_minutes, number, taken), as_json)


def _minutes(work: Work, number: str, taken: Minutes) -> dict[str, Any]:
    talk = service.called(work, number)
    service.record_minutes(work, talk, taken)
    return _row(work, talk)


@admonitions.command("keep")
@click.argument("number")
@click.option("--remark", default="", help="怎样查实的。")
@as_json
@with_appcontext
@command
def keep(number: str, remark: str, as_json: bool) -> None:
    """承诺已兑现，不再跟踪。"""
    print_one(installation().desk.do(_keep, number, remark), as_json)


def _keep(work: Work, number: str, remark: str) -> dict[str, Any]:
    talk = service.called(work, number)
    service.keep(work, talk, remark)
    return _row(work, talk)


@admonitions.command("withdraw")
@click.argument("number")
@with_reason
@as_json
@with_appcontext
@command
def withdraw(number: str, reason: str, as_json: bool) -> None:
    """撤销一次约谈。"""
    print_one(installation().desk.do(_withdraw, number, reason), as_json)


def _withdraw(work: Work, number: str, reason: str) -> dict[str, Any]:
    talk = service.called(work, number)
    service.withdraw(work, talk, reason)
    return _row(work, talk)


@admonitions.command("document")
@click.argument("number")
@output
@with_appcontext
@command
def document(number: str, path: Path) -> None:
    """把约谈纪要写成公文：.docx 或 .html。"""
    heshao = installation()
    write_paper(heshao, heshao.desk.look(_paper, number), path)


def _paper(work: Work, number: str) -> Paper:
    return order_papers.minutes_paper(work, service.called(work, number))
