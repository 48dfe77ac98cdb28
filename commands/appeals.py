"""`flask assessment appeal|appeals|decide`: a town objects, the Office answers."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from commands.assessment import assessment
from commands.installation import as_json, command, in_china, print_one, print_rows, reason
from commands.orders import kept
from commands.speaking import as_and_at, month, points_in, speak_as, there, town_called
from models.assessment import Appeal, AppealState, MonthlyAssessment, appeals_of
from models.evidence import Medium, shown_to
from rules.months import Month
from rules.refusal import Refusal
from services import appeals as service
from services import assessments, evidence
from services.desk import Work
from services.photo_store import PhotoStore, derived_key
from services.photographs import Examined, PhotoLimits

APPEAL_NAMES = {AppealState.OPEN: "待答复", AppealState.GRANTED: "成立", AppealState.REFUSED: "未支持"}
COLUMNS = {
    "number": "编号", "town": "镇街", "item": "项目", "row": "涉及", "state_name": "状态", "returned": "返还",
    "reason": "理由", "photos": "照片", "appealed_by": "申诉人", "decision": "答复", "decided_by": "答复人",
}  # fmt: skip


@assessment.command()
@month
@click.option("--town", default="", help="哪个镇街（名称或编码）申诉；写了 --as 镇街的人就可以不写。")
@click.option("--item", required=True, help="考核项目的名称或代号。")
@click.option("--row", default="", help="只针对哪一件，如案件号 2026-0012。")
@reason("，会转给河长办")
@click.option(
    "--photo", "photos", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="证明照片，可以写几次。",
)  # fmt: skip
@as_and_at
@as_json
@with_appcontext
@command
def appeal(
    month: Month, town: str, item: str, row: str, reason: str, photos: tuple[Path, ...], name: str,
    at: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """对一个项目申诉；不写 --as 就是代录镇街的纸面申诉。"""
    heshao = there(at)
    rules = heshao.desk.rulebook
    limits = PhotoLimits(rules.max_photo_bytes, rules.max_photo_pixels)
    seen = [kept(heshao.store, path.read_bytes(), limits) for path in photos]
    print_one(heshao.desk.do(_appeal, month, town, item, row, reason, seen, name), as_json)


def _appeal(
    work: Work, month: Month, town: str, item: str, row: str, reason: str, seen: Sequence[Examined], name: str
) -> dict[str, Any]:
    speak_as(work, name)
    unit = town_called(work, town) if town else service.own_town(work)
    if unit is None:
        raise Refusal("请写明是哪个镇街申诉：--town 镇街，或 --as 镇级河湖长的姓名。")
    made = service.file(work, assessments.called(work, month), unit, item, reason, row)
    for photo in seen:
        piece = evidence.expect(work, Medium.PHOTO, f"file:{photo.digest}", appeal_id=made.id)
        work.session.flush()
        evidence.arrived(work, piece.id, photo)
    return _appeal_row(work, made)


def _appeal_row(work: Work, row: Appeal) -> dict[str, Any]:
    return {
        "number": row.id, "town": row.town.name, "item": _item_name(work, row), "row": row.key, "reason": row.reason,
        "state": row.state.value, "state_name": APPEAL_NAMES[row.state], "returned": row.returned,
        "appealed_by": row.appealed_by, "appealed_at": in_china(row.appealed_at), "decision": row.decision,
        "decided_by": row.decided_by, "decided_at": in_china(row.decided_at),
        "photos": [e.digest for e in work.session.scalars(shown_to(row.id)) if e.digest],
    }  # fmt: skip


def _item_name(work: Work, row: Appeal) -> str:
    line = service.line_of(work, work.session.get_one(MonthlyAssessment, row.assessment_id), row.town)
    return next((item.name for item in line.items if item.key == row.item), row.item) if line else row.item


@assessment.command()
@month
@click.option("--open", "only_open", is_flag=True, help="只列还没有答复的。")
@click.option(
    "--photos", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="把证明照片存进这个文件夹，文件名是申诉的编号和第几张。",
)  # fmt: skip
@as_and_at
@as_json
@with_appcontext
@command
def appeals(
    month: Month, only_open: bool, folder: Path | None, name: str, at: datetime | None, as_json: bool
) -> None:
    """列出一个月的申诉。"""
    heshao = there(at)
    rows = heshao.desk.look(_appeals, month, only_open)
    print_rows(rows if as_json else [row | {"photos": len(row["photos"])} for row in rows], as_json, COLUMNS)
    if folder is not None:
        written = _write_photos(rows, heshao.store, folder)
        click.echo(f"已存 {written} 张证明照片到 {folder}。", err=as_json)


def _write_photos(rows: Sequence[dict[str, Any]], store: PhotoStore, folder: Path) -> int:
    """The proofs, for the Office to look at before it answers; how many were written."""
    folder.mkdir(parents=True, exist_ok=True)
    proofs = [(row, n, digest) for row in rows for n, digest in enumerate(row["photos"], 1)]
    for row, n, digest in proofs:
        (folder / f"{row['number']}-{n}.jpg").write_bytes(store.read(derived_key(digest, "large")))
    return len(proofs)


def _appeals(work: Work, month: Month, only_open: bool) -> list[dict[str, Any]]:
    rows = work.session.scalars(appeals_of(assessments.called(work, month).id))
    return [_appeal_row(work, row) for row in rows if row.state is AppealState.OPEN or not only_open]


@assessment.command()
@click.argument("number", type=int)
@click.option("--grant/--refuse", "granted", required=True, help="成立，返还分数；或不予支持。")
@click.option("--points", default="", help="返还几分；不写就是所涉及的全部扣分。")
@reason("，原样告知镇街，成立的随结果公开")
@as_and_at
@as_json
@with_appcontext
@command
def decide(
    number: int, granted: bool, points: str, reason: str, name: str, at: datetime | None, as_json: bool
) -> None:
    """答复一件申诉。NUMBER 是申诉的编号。"""
    wanted = points_in(points) if points else None
    if wanted is not None and not granted:
        raise click.UsageError("--points 只和 --grant 一起写。")
    print_one(there(at).desk.do(_decide, number, granted, wanted, reason, name), as_json)


def _decide(
    work: Work, number: int, granted: bool, points: Decimal | None, reason: str, name: str
) -> dict[str, Any]:
    speak_as(work, name)
    return _appeal_row(work, service.decide(work, service.numbered(work, number), granted, reason, points))
