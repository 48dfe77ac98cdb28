"""`flask figures`: the monthly figures sheet – a template, taking one over, what is there and what is missing."""

import json
from datetime import datetime
from getpass import getuser
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from commands.installation import as_json, command, in_china, print_rows
from commands.speaking import as_and_at, month, speak_as, there
from models.figure_sheet import FigureSheet
from rules.figure_words import plain
from rules.months import Month
from rules.refusal import Refusal
from services import figure_sheets as service
from services.desk import Work
from services.figure_sheets import Imported, Listed
from services.sheets import Fault, WorkbookRefused
from services.workbook import content_of

COLUMNS = {
    "indicator": "指标", "town_code": "镇街编码", "town": "镇街", "numerator": "分子", "denominator": "分母",
    "basis": "依据",
}  # fmt: skip
MISSING = {"indicator": "指标", "count": "缺", "names": "镇街", "last_basis": "上次依据"}
SHOWN = 200
"""Faults shown on a screen; --json gives all."""


@click.group()
def figures() -> None:
    """月度指标表：生成模板、导入部门报送的数据、查看还缺什么。MONTH 写成 2026-10 的样子。"""


@figures.command()
@month
@click.option(
    "-o", "--output", "path", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个 .xlsx 文件。",
)  # fmt: skip
@click.option("--force", is_flag=True, help="文件已存在也覆盖。")
@with_appcontext
@command
def template(month: Month, path: Path, force: bool) -> None:
    """生成一个月的指标表：考核办法要的每个镇街、每个指标各占一行；已导入过的数填在里面。"""
    if path.suffix.lower() != ".xlsx":
        raise click.ClickException(f"{path} 不是 .xlsx 文件名，没有写。")
    if path.exists() and not force:
        raise click.ClickException(f"{path} 已经存在，没有覆盖；确实要覆盖请加 --force。")
    path.write_bytes(there(None).desk.look(service.template, month))
    click.echo(f"已写入 {path}。填好后导入：flask figures import {path}")


@figures.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--month", "month_said", default="", help="哪个月，如 2026-10；不写就看表名。")
@click.option(
    "--correction", is_flag=True, help="考核已经批准：已批准的结果不变，供 flask assessment correct 更正。"
)
@as_and_at
@as_json
@with_appcontext
@command
def import_sheet(
    file: Path, month_said: str, correction: bool, name: str, at: datetime | None, as_json: bool
) -> None:
    """导入一个月的指标表：要么全部生效，要么完全不动；有错时逐格指出，退出码为 1。

    新的一版整表代替上一版，上一版保留不动；同一个文件再导入没有变化。考核批准以后只能为更正导入。
    """
    try:
        content = content_of(file)
        found = there(at).desk.do(_import, content, file.name, name, month_said, correction)
    except WorkbookRefused as refused:
        _refuse(refused.faults, as_json)
    except Refusal as refusal:
        if not as_json:
            raise
        _refuse([Fault("", 0, "", str(refusal))], as_json)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    done = (
        f"已导入，第 {found['version']} 版" if found["new"] else f"与第 {found['version']} 版相同，没有变化"
    )
    rest = (
        f"还缺 {found['missing']} 个，查看：flask figures list {found['month']}"
        if found["missing"]
        else "齐了"
    )
    click.echo(f"{found['month']} 指标表：{done}，{found['rows']} 个数，{rest}。")
    if found["drafted"]:
        click.echo(
            f"考核草稿已经告知镇街，请重新起草，把新的数算进去：flask assessment draft {found['month']}"
        )


def _import(
    work: Work, content: bytes, filename: str, name: str, said: str, correcting: bool
) -> dict[str, Any]:
    speak_as(work, name)
    for_month = Month.parse(said) if said else None
    done: Imported = service.import_sheet(
        work, content, filename, name or getuser(), for_month, correcting=correcting
    )
    return {
        **_sheet(done.sheet),
        "rows": done.rows,
        "missing": done.missing,
        "new": done.is_new,
        "drafted": done.is_drafted,
    }


def _sheet(sheet: FigureSheet) -> dict[str, Any]:
    return {
        "month": sheet.month, "version": sheet.version, "file": sheet.filename, "digest": sheet.digest,
        "by": sheet.imported_by, "at": in_china(sheet.imported_at),
    }  # fmt: skip


@figures.command("list")
@month
@as_json
@with_appcontext
@command
def list_figures(month: Month, as_json: bool) -> None:
    """列出一个月的指标表：报了什么，还缺哪些镇街的什么，上次是从哪里来的。"""
    found = there(None).desk.look(_listed, month)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    click.echo(f"{found['month']} 指标表（{found['rulebook']}）")
    if found["sheet"] is None:
        click.echo("还没有导入。")
    else:
        row = found["sheet"]
        click.echo(
            f"第 {row['version']} 版：{row['by']} 于 {row['at']} 导入 {row['file']}（SHA-256 {row['digest'][:12]}…）"
        )
        print_rows(found["figures"], False, COLUMNS)
    if found["missing"]:
        click.echo("还缺：")
        rows = [{**m, "count": len(m["towns"]), "names": "、".join(m["towns"])} for m in found["missing"]]
        print_rows(rows, False, MISSING)
    else:
        click.echo("齐了。")


def _listed(work: Work, month: Month) -> dict[str, Any]:
    listed: Listed = service.listing(work, month)
    return {
        "month": str(month),
        "rulebook": listed.rulebook,
        "sheet": None if listed.sheet is None else _sheet(listed.sheet),
        "figures": [
            {
                "indicator": one.indicator, "town": one.town.name, "town_code": one.town.code,
                "numerator": plain(one.given.numerator),
                "denominator": None if one.given.denominator is None else plain(one.given.denominator),
                "basis": one.given.basis,
            }
            for one in listed.wanted if one.given is not None
        ],
        "missing": _missing(listed),
    }  # fmt: skip


def _missing(listed: Listed) -> list[dict[str, Any]]:
    """What is missing, an indicator a row: of which towns, and where it came from last."""
    rows: dict[str, dict[str, Any]] = {}
    for one in listed.missing:
        row = rows.setdefault(one.indicator, {"indicator": one.indicator, "towns": [], "last_basis": ""})
        row["towns"].append(one.town.name)
        row["last_basis"] = row["last_basis"] or one.last_basis
    return list(rows.values())


def _refuse(faults: list[Fault], as_json: bool) -> NoReturn:
    if as_json:
        rows = [{"sheet": f.sheet, "row": f.row, "column": f.column, "why": f.why} for f in faults]
        click.echo(json.dumps({"faults": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo(f"指标表有 {len(faults)} 处错误，什么也没有改动：", err=True)
        for fault in faults[:SHOWN]:
            click.echo(str(fault), err=True)
        if len(faults) > SHOWN:
            click.echo(f"……还有 {len(faults) - SHOWN} 处，用 --json 查看全部。", err=True)
    raise SystemExit(1)
