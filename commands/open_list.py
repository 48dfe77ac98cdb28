"""`flask open-list` and `flask circular`: what is open per town, and the month's circular, as files."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from commands.documents import write_paper
from commands.installation import as_json, command, installation, print_rows
from services import circular as month_service
from services import open_list as service
from services.circular import Circular
from services.desk import Work
from services.open_list import OpenCase
from services.papers import Paper

COLUMNS = dict(zip(OpenCase.__dataclass_fields__, service.HEADINGS, strict=True))


@click.command("open-list")
@click.option("--town", default="", help="只列这个镇街（名称或编码）的。")
@click.option(
    "-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个文件：.xlsx、.docx 或 .html；不写就列在屏幕上。",
)  # fmt: skip
@as_json
@with_appcontext
@command
def open_list(town: str, path: Path | None, as_json: bool) -> None:
    """各镇街在办问题清单，随时可以导出。"""
    heshao = installation()
    rows = heshao.desk.look(service.open_rows, town)
    if path is None:
        print_rows([asdict(row) for row in rows], as_json, COLUMNS)
    elif path.suffix.lower() == ".xlsx":
        path.write_bytes(service.list_workbook(rows))
        click.echo(f"已写入 {path}")
    else:
        write_paper(heshao, heshao.desk.look(_paper, rows), path)


def _paper(work: Work, rows: list[OpenCase]) -> Paper:
    return service.list_paper(work, rows)


@click.command("circular")
@click.option("--month", required=True, type=click.DateTime(["%Y-%m"]), help="哪个月的通报，如 2026-11。")
@click.option(
    "-o", "--output", "path", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个文件；后缀决定格式：.xlsx、.docx 或 .html。",
)  # fmt: skip
@with_appcontext
@command
def circular(month: datetime, path: Path) -> None:
    """生成月度通报：.xlsx、.docx 或 .html。"""
    heshao = installation()
    found = heshao.desk.look(month_service.circular, date(month.year, month.month, 1))
    if path.suffix.lower() == ".xlsx":
        path.write_bytes(month_service.circular_workbook(found))
        click.echo(f"已写入 {path}")
    else:
        write_paper(heshao, heshao.desk.look(_circular_paper, found), path)


def _circular_paper(work: Work, found: Circular) -> Paper:
    return month_service.circular_paper(work, found)
