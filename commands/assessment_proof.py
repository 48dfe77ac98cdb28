"""`flask assessment verify`: a month recomputed and compared, difference by difference."""

import json
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from commands.assessment import assessment, revision_of
from commands.installation import as_json, command
from commands.speaking import as_and_at, month, there
from rules.months import Month
from services import assessment_check
from services.desk import Work


@assessment.command()
@month
@click.option("--revision", type=int, default=None, help="第几版；不写就是最新的。")
@as_and_at
@as_json
@with_appcontext
@command
def verify(month: Month, revision: int | None, name: str, at: datetime | None, as_json: bool) -> None:
    """核验：重新计算并与保存的逐项比较；有任何不同，逐条列出，退出码 1。"""
    found = there(at).desk.look(_verified, month, revision)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(_findings(found)))
    if not found["holds"]:
        raise SystemExit(1)


def _verified(work: Work, month: Month, revision: int | None) -> dict[str, Any]:
    checked = assessment_check.verify(work, revision_of(work, month, revision))
    return {
        "month": str(month), "revision": checked.assessment.revision, "holds": checked.holds,
        "digest": checked.assessment.digest, "digest_holds": checked.digest_holds,
        "problems": [str(change) for change in checked.problems], "problems_are_kept": checked.problems_are_kept,
        "points": [str(change) for change in checked.points], "figures": [str(change) for change in checked.figures],
    }  # fmt: skip


def _findings(found: dict[str, Any]) -> list[str]:
    title = f"{found['month']} 第 {found['revision']} 版"
    if found["holds"]:
        digest = f"校验码 {found['digest']}" if found["digest"] else "（草稿，还没有校验码）"
        return [f"{title}：核验一致。{digest}", *_not_compared(found)]
    lines = [f"{title}：核验不一致。"]
    if not found["digest_holds"]:
        lines.append("冻结的内容与校验码不符：有人改动过。")
    lines += [f"得分与保存的指标值不符：{change}" for change in found["points"]]
    lines += [f"重新统计与保存的不符：{change}" for change in found["figures"]]
    lines += [f"问题件数重新统计与保存的不符：{change}" for change in found["problems"]]
    return lines + _not_compared(found)


def _not_compared(found: dict[str, Any]) -> list[str]:
    """What of a frozen month could not be proved, and why."""
    if found["problems_are_kept"] or not found["digest"]:
        return []
    return ["问题件数没有核对：本月批准时还没有保存这些件数，通报里的件数是生成时统计的。"]
