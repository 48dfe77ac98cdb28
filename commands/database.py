"""`flask db`: bring the database's tables to this version of the product."""

import click
from flask.cli import with_appcontext

from commands.installation import command, installation
from services import schema, taken_up


@click.group()
def db() -> None:
    """数据库：建表、升级。"""


@db.command()
@with_appcontext
@command
def upgrade() -> None:
    """把数据库升级到当前版本（第一次使用时建表）。可以重复运行。"""
    heshao = installation()
    schema.upgrade(heshao.engine_url)
    taken = heshao.desk.do(taken_up.take_up)
    if taken:
        click.echo(f"升级前已在办的 {taken} 项（案件、督办单、吹哨）从现在起计入考核指标。")
    click.echo("数据库已是当前版本。")


@db.command()
@with_appcontext
@command
def check() -> None:
    """看数据库是不是当前版本；不是则退出码为 1。"""
    if schema.outdated(installation().desk.engine):
        raise click.ClickException("数据库不是当前版本，请运行 flask db upgrade。")
    click.echo("数据库是当前版本。")
