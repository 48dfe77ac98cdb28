"""`flask audit`: prove that no case's history was altered."""

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from tqdm import tqdm

from commands.installation import as_json, command, installation, print_rows
from models.case import Case
from services import audit as service


@click.group()
def audit() -> None:
    """审计：核对案件办理记录。"""


@audit.command()
@as_json
@with_appcontext
@command
def verify(as_json: bool) -> None:
    """逐件核对办理记录链；有改动、缺失则指出第一处，退出码为 1。"""
    with installation().desk.reading() as work:
        total = work.session.scalar(select(func.count()).select_from(Case)) or 0
        chains = tqdm(service.verify(work.session), total=total, disable=None, unit="件")
        breaks = [broken for _, broken in chains if broken is not None]
    rows = [{"number": b.number, "sequence": b.sequence, "why": b.why} for b in breaks]
    if as_json:
        print_rows(rows, True, {})
    elif rows:
        print_rows(rows, False, {"number": "案件号", "sequence": "第几条", "why": "问题"})
    else:
        click.echo(f"{total} 件案件的记录完整，没有改动。")
    if rows:
        raise SystemExit(1)
