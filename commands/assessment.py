"""`flask assessment draft|show|approve`: the way of a month."""

from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from commands.in_words import said
from commands.installation import as_json, command, in_china, print_one, print_rows
from commands.speaking import as_and_at, month, speak_as, there, town_called
from models.assessment import AssessmentState, MonthlyAssessment
from rules.months import Month
from services import assessments, years
from services.assessment_rows import table_of
from services.assessments import Drafted
from services.desk import Work
from services.month_table import ItemLine, TownLine

STATE_NAMES = {
    AssessmentState.DRAFT: "草稿", AssessmentState.FROZEN: "已批准冻结", AssessmentState.SUPERSEDED: "已被更正代替",
    AssessmentState.DROPPED: "更正已撤销",
}  # fmt: skip
TOTALS = {
    "place": "名次", "name": "镇街", "score": "得分", "grade": "等次", "previous_place": "上月", "named": "点名",
    "group": "分组", "unranked": "说明",
}  # fmt: skip
MONEY = {"money": "当月奖补"}
ITEMS = {
    "town": "镇街",
    "item": "项目",
    "figure": "指标值",
    "points": "得分",
    "weight": "分值",
    "why": "依据",
}


@click.group()
def assessment() -> None:
    """月考核：起草、查看、申诉、答复、批准、核验、更正、年度。MONTH 写成 2026-10 的样子。"""


@assessment.command()
@month
@as_and_at
@as_json
@with_appcontext
@command
def draft(month: Month, name: str, at: datetime | None, as_json: bool) -> None:
    """起草一个月的考核；草稿可以重新起草，会列出变化。到了告知的日子就告知镇街。"""
    tell_draft(there(at).desk.do(_draft, month, name), as_json)


def _draft(work: Work, month: Month, name: str) -> dict[str, Any]:
    speak_as(work, name)
    return drafted(work, assessments.draft(work, month))


def drafted(work: Work, made: Drafted) -> dict[str, Any]:
    """A draft as programs show it; the towns are told where it is time."""
    told = assessments.tell(work, made.assessment)
    return {
        **head_of(made.assessment), "new": made.is_new, "told": told,
        "changes": [str(change) for change in made.changes],
    }  # fmt: skip


def tell_draft(row: dict[str, Any], as_json: bool) -> None:
    """What a draft brought."""
    if as_json:
        print_one(row, as_json)
        return
    done = "已起草" if row["new"] else "已重新起草"
    click.echo(f"{row['month']} 第 {row['revision']} 版：{done}（{row['rulebook']}）")
    if row["told"]:
        click.echo(f"已告知各镇街，申诉到 {said(row['appeal_until'])} 为止。")
    for change in row["changes"]:
        click.echo(f"  {change}")
    if not row["new"] and not row["changes"]:
        click.echo("  没有变化。")


@assessment.command()
@month
@click.option("--town", default="", help="只看一个镇街（名称或编码），连同每项的扣分依据。")
@click.option("--revision", type=int, default=None, help="第几版；不写就是最新的。")
@as_and_at
@as_json
@with_appcontext
@command
def show(
    month: Month, town: str, revision: int | None, name: str, at: datetime | None, as_json: bool
) -> None:
    """查看一个月的得分和名次。"""
    row = there(at).desk.look(_shown, month, town, revision)
    if as_json:
        print_one(row, as_json)
        return
    click.echo(
        f"{row['heading']}：第 {row['revision']} 版，{row['state_name']}；{row['rulebook']}"
        + (f"；校验码 {row['digest']}" if row["digest"] else "")
    )
    has_money = any(town["money"] != "" for town in row["towns"])
    print_rows(row["towns"], False, TOTALS | MONEY if has_money else TOTALS)
    for item, why in row["suspended"]:
        click.echo(f"暂停：{item}（{why}）")
    if town:
        print_rows([line for one in row["towns"] for line in _item_rows(one)], False, ITEMS)


def _shown(work: Work, month: Month, town: str, revision: int | None) -> dict[str, Any]:
    found = revision_of(work, month, revision)
    table = table_of(work, found)
    wanted = town_called(work, town).code if town else ""
    lines = [line for line in table.lines if not wanted or line.code == wanted]
    money = years.money_of(work, found)
    return {
        **head_of(found), "heading": table.heading, "suspended": [list(pair) for pair in table.suspended],
        "towns": [_town_row(line) | {"money": money.get(line.code, "")} for line in lines],
    }  # fmt: skip


def revision_of(work: Work, month: Month, revision: int | None) -> MonthlyAssessment:
    """A month's newest revision, or the one of this number."""
    newest = assessments.called(work, month)
    if revision is None or newest.revision == revision:
        return newest
    return assessments.revision(work, month, revision)


def head_of(row: MonthlyAssessment) -> dict[str, Any]:
    """An assessment itself, as programs show it."""
    return {
        "month": row.month, "revision": row.revision, "state": row.state.value, "state_name": STATE_NAMES[row.state],
        "rulebook": row.rulebook, "drafted_by": row.drafted_by, "drafted_at": in_china(row.drafted_at),
        "told_at": in_china(row.told_at), "appeal_until": in_china(row.appeal_until), "approved_by": row.approved_by,
        "approved_at": in_china(row.approved_at), "reason": row.reason, "digest": row.digest,
        "dropped_by": row.dropped_by, "dropped_at": in_china(row.dropped_at), "dropped_because": row.dropped_because,
    }  # fmt: skip


def _town_row(line: TownLine) -> dict[str, Any]:
    return {
        "code": line.code, "name": line.name, "group": line.group, "score": line.score, "place": line.place,
        "previous_place": line.previous_place, "grade": line.grade, "named": "点名" if line.named else "",
        "unranked": line.unranked, "items": [_item_row(item) for item in line.items],
    }  # fmt: skip


def _item_row(item: ItemLine) -> dict[str, Any]:
    return {
        "key": item.key, "name": item.name, "weight": item.weight, "points": item.points, "place": item.place,
        "figure": item.figure, "suspended": item.suspended,
        "losses": [{"points": loss.points, "sentence": loss.sentence, "key": loss.key} for loss in item.losses],
    }  # fmt: skip


def _item_rows(town: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for item in town["items"]:
        why = [item["suspended"]] if item["suspended"] else [loss["sentence"] for loss in item["losses"]]
        head = {
            "town": town["name"],
            "item": item["name"],
            **{k: item[k] for k in ("figure", "points", "weight")},
        }
        rows.append({**head, "why": why[0] if why else ""})
        rows += [{"why": words} for words in why[1:]]
    return rows


@assessment.command()
@month
@as_and_at
@as_json
@with_appcontext
@command
def approve(month: Month, name: str, at: datetime | None, as_json: bool) -> None:
    """批准一个月的考核并冻结；起草的人、答复过申诉的人不能批准。"""
    print_one(there(at).desk.do(_approve, month, name), as_json)


def _approve(work: Work, month: Month, name: str) -> dict[str, Any]:
    speak_as(work, name)
    found = assessments.called(work, month)
    assessments.approve(work, found)
    return head_of(found)
