"""`flask jobs`: what the timetable did and when, and running one of its jobs by hand."""

import json
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from commands.installation import as_json, command, in_china, installation, print_rows
from models.job import JobRun
from rules.workdays import CHINA
from services import jobs as service

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
COLUMNS = {
    "name": "任务", "started_at": "上次开始", "ended_at": "结束", "rows": "办理", "errors": "出错",
    "lag_seconds": "迟（秒）", "next_at": "下次", "error": "错误", "as_if": "按此时间运行",
}  # fmt: skip


@click.group()
def jobs() -> None:
    """定时任务：看运行情况，手工运行。"""


@jobs.command("list")
@as_json
@with_appcontext
@command
def list_jobs(as_json: bool) -> None:
    """列出全部定时任务上次何时运行、办了几件、出了几个错、迟了多少。"""
    heshao = installation()
    desk = heshao.desk
    runs = {run.name: run for run in desk.look(service.latest)}
    rows = [_row(name, runs.get(name), desk.clock()) for name in heshao.jobs()]
    print_rows(rows, as_json, COLUMNS)


def _row(name: str, run: JobRun | None, now: datetime) -> dict[str, Any]:
    if run is None:
        return {"name": name} | dict.fromkeys(list(COLUMNS)[1:])
    return {
        "name": name,
        "started_at": in_china(run.started_at),
        "ended_at": in_china(run.ended_at),
        "rows": run.rows,
        "errors": run.errors,
        "lag_seconds": round(service.lag_of(run, now), 1),
        "next_at": in_china(run.next_at),
        "error": run.error,
        "as_if": in_china(run.as_if),
    }


@jobs.command("run")
@click.argument("name")
@click.option(
    "--at", type=click.DateTime(FORMATS), help="当作现在是这个时间（北京时间），如 2026-12-10T09:00。"
)
@as_json
@with_appcontext
@command
def run_job(name: str, at: datetime | None, as_json: bool) -> None:
    """立即运行一个任务（见 list），并把到那时应发的消息马上发出。"""
    heshao = installation()
    heshao.log_to_stderr()
    moment = _moment(at) if at is not None else None
    there = heshao.as_if(moment) if moment is not None else heshao
    named = there.jobs()
    if name not in named:
        raise click.UsageError(f"没有“{name}”这个任务。现有：{'、'.join(named)}。")
    runs = [heshao.logbook.run(each, named[each], moment) for each in dict.fromkeys((name, "deliver"))]
    _tell(runs, as_json)
    if any(run.errors for run in runs):
        raise SystemExit(1)


def _moment(local: datetime) -> datetime:
    if not 2000 <= local.year < 2100:
        raise click.UsageError("--at 的年份应在 2000 与 2099 之间。")
    return local.replace(tzinfo=CHINA).astimezone(UTC)


def _tell(runs: list[service.Ran], as_json: bool) -> None:
    if as_json:
        asked, delivered = runs[0], runs[-1]
        told = {
            "name": asked.name, "as_if": in_china(asked.as_if), "rows": asked.rows, "errors": asked.errors,
            "error": asked.error, "delivered": delivered.rows,
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for run in runs:
        wrong = f"，出错 {run.errors}（{run.error}）" if run.errors else ""
        click.echo(f"{run.name}：办理 {run.rows} 件{wrong}")
