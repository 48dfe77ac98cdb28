"""`flask assessment annual`: the year out of its frozen months, with the year's tasks and the money."""

import csv
import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from commands.assessment import assessment
from commands.installation import as_json, command, print_rows
from commands.speaking import as_and_at, there
from rules.annual import AnnualResult
from rules.refusal import Refusal
from services import years
from services.years import YearJudged

COLUMNS = {
    "place": "名次", "name": "镇街", "score": "年度得分", "mean": "月均", "months": "月数", "tasks": "年度任务",
    "grade": "等次", "money": "奖补", "downgraded": "降档", "note": "说明",
}  # fmt: skip
HEADINGS = ("镇街编码", "得分")


@assessment.command()
@click.argument("year", type=click.IntRange(2000, 2999))
@click.option(
    "--tasks", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="年度任务得分（百分制），CSV，列为 镇街编码,得分；不写就只按各月。",
)  # fmt: skip
@as_and_at
@as_json
@with_appcontext
@command
def annual(year: int, tasks: Path | None, name: str, at: datetime | None, as_json: bool) -> None:
    """计算年度考核：已冻结各月的平均与年度任务，名次、奖补、降档。YEAR 是年份，如 2026。"""
    found = there(at).desk.look(years.judge_year, year, tasks_in(tasks) if tasks else {})
    row = _row(found, year)
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2, default=str))
        return
    click.echo(f"{year}年度考核：已冻结 {len(found.months)} 个月；{found.rulebook}")
    if found.unit_of_money:
        click.echo(f"奖补单位：{found.unit_of_money}")
    print_rows(row["towns"], False, COLUMNS)


def tasks_in(path: Path) -> dict[str, Decimal]:
    """The year's tasks of a CSV file, all of it or nothing. Raises Refusal naming every wrong line."""
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    except UnicodeDecodeError as error:
        raise Refusal(f"{path.name} 不是 UTF-8 编码的文字，请另存为“CSV UTF-8”。") from error
    if not rows or not set(HEADINGS) <= set(rows[0]):
        raise Refusal(f"{path.name} 第一行应写 {','.join(HEADINGS)}，下面每个镇街一行。")
    found: dict[str, Decimal] = {}
    wrong = []
    for number, row in enumerate(rows, 2):
        code, points = (row["镇街编码"] or "").strip(), _points(row["得分"] or "")
        if not code or code in found or points is None:
            wrong.append(f"第 {number} 行：{'编码重复' if code in found else '编码或得分不对'}")
        else:
            found[code] = points
    if wrong:
        raise Refusal(f"{path.name} 没有采用：{'；'.join(wrong)}。")
    return found


def _points(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _row(found: YearJudged, year: int) -> dict[str, Any]:
    return {
        "year": year, "rulebook": found.rulebook, "months": [str(month) for month in found.months],
        "unit_of_money": found.unit_of_money,
        "towns": [*(_town(line, found) for line in found.lines), *_ended(found)],
    }  # fmt: skip


def _ended(found: YearJudged) -> list[dict[str, Any]]:
    """Units that were there only for some months, and have money of these."""
    there = {line.unit.code for line in found.lines}
    return [
        {"code": code, "name": found.names[code], "money": money, "note": "年内撤销，只有各月奖补"}
        for code, money in found.money.items() if code not in there
    ]  # fmt: skip


def _town(line: AnnualResult, found: YearJudged) -> dict[str, Any]:
    return {
        "code": line.unit.code, "name": line.unit.name, "group": line.group, "place": line.place, "score": line.score,
        "mean": line.mean, "months": line.months, "tasks": line.tasks, "grade": line.grade,
        "money": found.money.get(line.unit.code), "failing": [str(month) for month in line.failing],
        "downgraded": line.downgraded, "note": line.note,
    }  # fmt: skip
