"""`flask bulletin`: the month's bulletin (通报) made, previewed, published, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
from flask.cli import with_appcontext

from bot import printing
from commands.documents import picture_of, write_paper
from commands.installation import command, installation
from commands.speaking import month
from rules.months import Month
from services import assessments, bulletin_charts, bulletins, editions, example_pictures
from services.desk import Work
from services.editions import Edition, Read
from services.month_table import MonthTable
from services.papers import Paper
from services.problems import problems
from services.published_months import withdrawn_because


@click.group()
def bulletin() -> None:
    """通报与发布：生成、预览、发布、撤回。MONTH 写成 2026-10 的样子。"""


@dataclass(frozen=True)
class _Made:
    paper: Paper
    edition: Edition
    charts: Mapping[str, bytes]


@bulletin.command("make")
@month
@click.option(
    "-o", "--output", "folder", required=True, type=click.Path(file_okay=False, path_type=Path),
    help="写到哪个文件夹；没有就新建。",
)  # fmt: skip
@with_appcontext
@command
def make(month: Month, folder: Path) -> None:
    """把一个已批准冻结的月份写成文件：排名图、封面、图表、公文通报（.docx）、公众号文章（.html）。"""
    heshao = installation()
    read = example_pictures.read_ahead(heshao.desk, month, partial(picture_of, heshao.store))
    made = heshao.desk.look(_made, month, read)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**made.edition.pictures, **made.charts}.items():
        _write(folder / _file(name, content), content)
    _write(folder / "cover.jpg", made.edition.cover)
    addresses = {name: _file(name, content) for name, content in made.edition.pictures.items()}
    page = f'<meta charset="utf-8">\n{made.edition.content_with(addresses)}'
    _write(folder / "article.html", page.encode())
    write_paper(heshao, made.paper, folder / "bulletin.docx")


def _made(work: Work, month: Month, read: Read) -> _Made:
    standing = assessments.standing(work, month)
    table = assessments.table_of(work, standing, withdrawn_because(work, standing))
    examples = example_pictures.pictured(example_pictures.shown(work, table), read)
    paper = bulletins.bulletin_paper(work, table, examples=examples)
    return _Made(paper, editions.compose(work, standing.id, read), _charts(work, table))


def _charts(work: Work, table: MonthTable) -> dict[str, bytes]:
    """All of them, also where an own template of the article leaves some out."""
    drawings = bulletin_charts.charts_for_readers(work, table, problems(work, table))
    return {name: chart.png() for name, chart in drawings.items()}


def _file(name: str, content: bytes) -> str:
    return f"{name}{printing.ending(content)}"


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    click.echo(f"已写入 {path}")
