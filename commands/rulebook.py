"""`flask rulebook check|try`: whether a rulebook can be used, and what a month would have been by it."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from commands.installation import as_json, command, print_rows
from commands.speaking import as_and_at, month, there
from rules.assessment_rulebook import AssessmentRulebook, Composition, ItemKind
from rules.months import Month
from rules.rulebook_text import RulebookRefused
from services import assessment_books, trials
from services.desk import Work
from services.month_table import MonthTable, TownLine

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
COMPOSITIONS = {Composition.POINTS: "得分相加", Composition.PLACES: "名次相加"}
SIDE_BY_SIDE = {
    "name": "镇街", "place": "名次", "score": "得分", "grade": "等次", "tried_place": "试算名次",
    "tried_score": "试算得分", "tried_grade": "试算等次", "moved": "变化",
}  # fmt: skip


@click.group()
def rulebook() -> None:
    """考核办法：检查一份办法，用它试算一个月。"""


@rulebook.command()
@click.argument("file", type=FILE)
@as_json
@with_appcontext
@command
def check(file: Path, as_json: bool) -> None:
    """检查一份考核办法（TOML），有错逐条列出，退出码 1。"""
    try:
        book = assessment_books.read_file(file)
    except RulebookRefused as refused:
        if not as_json:
            raise
        click.echo(json.dumps({"valid": False, "faults": list(refused.faults)}, ensure_ascii=False, indent=2))
        raise SystemExit(1) from None
    told = _row(book)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        return
    points = "" if book.composition is Composition.PLACES else f"，百分以内 {told['points']} 分"
    click.echo(
        f"可以使用：{book.version}，{COMPOSITIONS[book.composition]}，{len(book.items)} 个项目{points}。"
    )


def _row(book: AssessmentRulebook) -> dict[str, Any]:
    scored = [item for item in book.items if item.kind is ItemKind.SCORE]
    return {
        "valid": True, "rulebook": book.version, "in_force_from": str(book.in_force_from),
        "composition": book.composition.value, "points": sum((item.points for item in scored), Decimal(0)),
        "items": [
            {"key": item.key, "name": item.name, "source": item.source, "points": item.points} for item in book.items
        ],
    }  # fmt: skip


@rulebook.command("try")
@click.argument("file", type=FILE)
@month
@as_and_at
@as_json
@with_appcontext
@command
def try_out(file: Path, month: Month, name: str, at: datetime | None, as_json: bool) -> None:
    """用一份考核办法试算一个月，和现在的结果并排；什么都不保存。"""
    book = assessment_books.read_file(file)
    found = there(at).desk.look(_tried, month, book)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    click.echo(f"{month.name}：现在按{found['rulebook']}，试算按{found['tried']}")
    print_rows(found["towns"], False, SIDE_BY_SIDE)
    for item, why in found["suspended"]:
        click.echo(f"试算中暂停：{item}（{why}）")


def _tried(work: Work, month: Month, book: AssessmentRulebook) -> dict[str, Any]:
    both = trials.trial(work, month, book)
    return {
        "month": str(month), "rulebook": both.as_it_is.rulebook, "tried": both.tried.rulebook,
        "suspended": [list(pair) for pair in both.tried.suspended],
        "towns": [_beside(line, both.as_it_is) for line in both.tried.lines],
    }  # fmt: skip


def _beside(tried: TownLine, table: MonthTable) -> dict[str, Any]:
    now = next((line for line in table.lines if line.code == tried.code), None)
    return {
        "code": tried.code, "name": tried.name,
        "place": now.place if now else None, "score": now.score if now else None, "grade": now.grade if now else "",
        "tried_place": tried.place, "tried_score": tried.score, "tried_grade": tried.grade,
        "moved": _moved(now.place if now else None, tried.place),
    }  # fmt: skip


def _moved(before: int | None, after: int | None) -> str:
    if before is None or after is None or before == after:
        return ""
    return f"升 {before - after}" if after < before else f"降 {after - before}"
