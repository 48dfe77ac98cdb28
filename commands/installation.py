"""What every command shares: the installation it works on, how it refuses, how it prints rows."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import click
from flask import current_app
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from bot.wechat import WeChat
from commands.in_words import lines_of, said
from config import Config, ConfigError
from rules.refusal import Refusal
from rules.workdays import CHINA
from services.desk import Desk
from services.jobs import Ran
from services.photo_store import PhotoStore

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


class Installation(Protocol):
    """What app.py puts together, as far as commands need it; each part is made when it is first asked for."""

    @property
    def config(self) -> Config: ...
    @property
    def engine_url(self) -> str: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def wechat(self) -> WeChat: ...
    @property
    def store(self) -> PhotoStore: ...
    @property
    def workers(self) -> "Workers": ...
    @property
    def leader(self) -> "Leader": ...
    @property
    def logbook(self) -> "Logbook": ...
    def jobs(self) -> Mapping[str, Callable[[], int | None]]: ...
    def as_if(self, moment: datetime) -> "Installation": ...
    def clock(self) -> "Timetable": ...
    def wake(self, name: str) -> None: ...
    def log_to_stderr(self) -> None: ...


class Leader(Protocol):
    """Who runs the clock."""

    def renew(self) -> None: ...
    def resign(self) -> None: ...


class Logbook(Protocol):
    """Runs jobs and writes down how it went."""

    def run(self, name: str, job: Callable[[], int | None], as_if: datetime | None = None) -> Ran: ...


class Timetable(Protocol):
    """The clock of one process."""

    def start(self) -> None: ...
    def shutdown(self, wait: bool = True) -> None: ...


class Workers(Protocol):
    """The queue's consumers."""

    def run(self, count: int) -> None: ...


def installation() -> Installation:
    """The installation this command works on."""
    return cast(Installation, current_app.extensions["heshao"])


@contextmanager
def in_words() -> Iterator[None]:
    """A wrong configuration, a refusal or a missing table is one sentence and exit code 1."""
    try:
        yield
    except (Refusal, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(
            f"数据库无法使用：{error.orig}\n如果是第一次使用或刚升级，请先运行 flask db upgrade。"
        ) from error
    except ArgumentError as error:
        raise click.ClickException(f"数据库地址不能使用：{error}") from error
    except BrokenPipeError:  # `| head` has read enough; click ends quietly
        raise
    except OSError as error:
        raise click.ClickException(f"文件或目录不能使用：{error}") from error


def command(step: Callable[P, R]) -> Callable[P, R]:
    """A command that refuses in words."""

    @wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with in_words():
            return step(*args, **kwargs)

    return run


def reason(kept: str = "") -> Callable[[F], F]:
    """`--reason`, which must be given; `kept` says where it is written and who is told."""
    return click.option("--reason", required=True, help=f"理由{kept}。")


as_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，便于程序读取。")


def print_rows(rows: Sequence[Mapping[str, Any]], as_json: bool, columns: Mapping[str, str]) -> None:
    """Rows as JSON, or as aligned columns under Chinese headings (key → heading)."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2, default=str))
        return
    if not rows:
        click.echo("（没有）")
        return
    table = [list(columns.values()), *([_cell(row.get(key)) for key in columns] for row in rows)]
    widths = [max(_width(line[i]) for line in table) for i in range(len(columns))]
    for line in table:
        click.echo("  ".join(_padded(cell, w) for cell, w in zip(line, widths, strict=True)).rstrip())


def print_one(row: Mapping[str, Any], as_json: bool) -> None:
    """One thing as JSON, or line by line."""
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines_of(row):
        click.echo(line)


def _cell(value: Any) -> str:
    return " ".join(said(value).split())


def _width(text: str) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def in_china(at: datetime | None) -> str | None:
    """A moment as ISO 8601 in China time, to the second."""
    return at.astimezone(CHINA).isoformat(timespec="seconds") if at else None
