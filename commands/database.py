"""`flask db`: bring the database's tables to this version of the product."""

from pathlib import Path

import click
from alembic import command as alembic
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask.cli import with_appcontext
from sqlalchemy import Engine

from commands.installation import command, installation

HERE = Path(__file__).parent.parent


def alembic_config(url: str) -> AlembicConfig:
    """Where the migrations are, and which database they are for."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["url"] = url
    return config


def outdated(engine: Engine, url: str) -> bool:
    """Whether the database is not at this version's schema."""
    newest = ScriptDirectory.from_config(alembic_config(url)).get_current_head()
    with engine.execution_options(reading=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != newest


@click.group()
def db() -> None:
    """数据库：建表、升级。"""


@db.command()
@with_appcontext
@command
def upgrade() -> None:
    """把数据库升级到当前版本（第一次使用时建表）。可以重复运行。"""
    heshao = installation()
    alembic.upgrade(alembic_config(heshao.engine_url), "head")
    click.echo("数据库已是当前版本。")


@db.command()
@with_appcontext
@command
def check() -> None:
    """看数据库是不是当前版本；不是则退出码为 1。"""
    heshao = installation()
    if outdated(heshao.desk.engine, heshao.engine_url):
        raise click.ClickException("数据库不是当前版本，请运行 flask db upgrade。")
    click.echo("数据库是当前版本。")
