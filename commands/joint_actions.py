"""`flask whistles actions`: joint actions (联合行动) – record, list, show, withdraw."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from commands.documents import output, write_paper
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from commands.orders import kept
from commands.whistles import whistles
from models.evidence import Medium, shown_of
from models.joint_action import COUNTS, JointAction, actions_newest_first
from services import action_papers, evidence, joint_actions
from services import whistles as service
from services.desk import Work
from services.papers import Paper
from services.photographs import Examined, PhotoLimits

COLUMNS = {
    "number": "编号", "held_on": "日期", "place": "地点", "bodies": "参加单位", "officers": "人数",
    "vehicles": "车辆", "boats": "船只", "sites_solved": "解决", "illegal_boats": "清理船只",
    "net_metres": "网具（米）", "withdrawn": "作废",
}  # fmt: skip
DAY = click.DateTime(["%Y-%m-%d"])
PHOTO = click.Path(exists=True, dir_okay=False, path_type=Path)


@whistles.group("actions")
def actions() -> None:
    """联合行动：登记、列表、查看、作废。"""


@actions.command("record")
@click.option("--on", "on", required=True, type=DAY, help="哪一天，如 2026-11-20。")
@click.option("--place", required=True, help="地点。")
@click.option("--body", "bodies", multiple=True, required=True, help="参加单位，可以写几次。")
@click.option("--officers", type=int, required=True, help="出动多少人。")
@click.option("--vehicles", type=int, default=0, help="出动多少车。")
@click.option("--boats", type=int, default=0, help="出动多少船。")
@click.option("--sites-solved", type=int, default=0, help="解决多少处问题。")
@click.option("--illegal-boats", type=int, default=0, help="清理违法船只多少艘。")
@click.option("--net-metres", type=int, default=0, help="清理违法网具多少米。")
@click.option("--words", default="", help="说明。")
@click.option("--whistle", default="", help="属于哪个吹哨。")
@click.option("--photo", "photos", multiple=True, type=PHOTO, help="现场照片，可以写几次。")
@as_json
@with_appcontext
@command
def record(
    on: datetime, place: str, bodies: tuple[str, ...], words: str, whistle: str, photos: tuple[Path, ...],
    as_json: bool, **counts: int,
) -> None:  # fmt: skip
    """登记一次联合行动。"""
    heshao = installation()
    rules = heshao.desk.rulebook
    limits = PhotoLimits(rules.max_photo_bytes, rules.max_photo_pixels)
    seen = [kept(heshao.store, path.read_bytes(), limits) for path in photos]
    print_one(heshao.desk.do(_record, on.date(), place, bodies, counts, words, whistle, seen), as_json)


def _record(
    work: Work, on: date, place: str, bodies: tuple[str, ...], counts: Mapping[str, int], words: str, whistle: str,
    seen: list[Examined],
) -> dict[str, Any]:  # fmt: skip
    found = service.called(work, whistle) if whistle else None
    action = joint_actions.record(work, on, place, bodies, counts, words, found)
    for photo in seen:
        row = evidence.expect(work, Medium.PHOTO, f"file:{photo.digest}")
        row.action_id = action.id
        work.session.flush()
        evidence.arrived(work, row.id, photo)
    return row_of(work, action)


@actions.command("list")
@as_json
@with_appcontext
@command
def list_actions(as_json: bool) -> None:
    """列出联合行动，新的在前。"""
    print_rows(installation().desk.look(_rows), as_json, COLUMNS)


def _rows(work: Work) -> list[dict[str, Any]]:
    return [row_of(work, action) for action in work.session.scalars(actions_newest_first())]


def row_of(work: Work, action: JointAction) -> dict[str, Any]:
    """A joint action as rows and programs show it."""
    return {
        "number": action.number,
        "whistle": action.whistle.number if action.whistle else None,
        "held_on": action.held_on.isoformat(),
        "place": action.place,
        "bodies": action.bodies,
        **{name: getattr(action, name) for name in COUNTS},
        "words": action.words,
        "recorded_at": in_china(action.recorded_at),
        "withdrawn": action.withdrawn_at is not None,
        "remark": action.remark,
        "photos": [
            e.digest or f"（{e.reason or '接收中'}）"
            for e in work.session.scalars(shown_of(action.id))
            if e.medium is Medium.PHOTO
        ],
    }


@actions.command("show")
@click.argument("number")
@as_json
@with_appcontext
@command
def show(number: str, as_json: bool) -> None:
    """查看一次联合行动。NUMBER 是编号，如 〔2026〕2号，或只写 2。"""
    print_one(installation().desk.look(_one, number), as_json)


def _one(work: Work, number: str) -> dict[str, Any]:
    return row_of(work, joint_actions.called(work, number))


@actions.command("withdraw")
@click.argument("number")
@reason()
@as_json
@with_appcontext
@command
def withdraw(number: str, reason: str, as_json: bool) -> None:
    """作废一次登记错了的联合行动（编号不再使用）。"""
    print_one(installation().desk.do(_withdraw, number, reason), as_json)


def _withdraw(work: Work, number: str, reason: str) -> dict[str, Any]:
    action = joint_actions.called(work, number)
    joint_actions.withdraw(work, action, reason)
    return row_of(work, action)


@actions.command("document")
@click.argument("number")
@output
@with_appcontext
@command
def document(number: str, path: Path) -> None:
    """把联合行动写成记录：.docx，或可打印成 PDF 的 .html，附现场照片。"""
    heshao = installation()
    write_paper(heshao, heshao.desk.look(_paper, number), path)


def _paper(work: Work, number: str) -> Paper:
    return action_papers.action_paper(work, joint_actions.called(work, number))
