"""`flask calendar`: which days are worked; loading the State Council's notice of a year that is not known yet."""

import json
from calendar import monthrange
from datetime import date
from getpass import getuser
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from commands.installation import as_json, command, in_china, installation, print_rows
from rules.holiday_notice import WEEKDAYS
from rules.refusal import Refusal
from services import holiday_notices as service
from services.desk import Work
from services.holiday_notices import Day, Loaded
from services.notice_file import NoticeRefused

SOURCES = {"library": "程序自带", "notice": "河长办导入", "unknown": "尚未公布，按周一至周五计"}
COLUMNS = {"date": "日期", "weekday": "星期", "day": "安排", "name": "名称", "source_name": "来源"}


@click.group()
def calendar() -> None:
    """放假调休：查看工作日，导入程序还不知道的年份。"""


@calendar.command()
@click.argument("period", default="")
@as_json
@with_appcontext
@command
def show(period: str, as_json: bool) -> None:
    """查看一年（如 2027，只列放假和调休）或一个月（如 2027-02，逐日）；不写就是今年。"""
    desk = installation().desk
    found = desk.look(_shown, period)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    source = SOURCES[found["source"]]
    click.echo(f"{found['period']}：工作日 {found['workdays']} 天（{source}）")
    for notice in found["notices"]:
        click.echo(
            f"  第 {notice['version']} 版：{notice['by']} 于 {notice['at']} 导入 {notice['file']}"
            f"（SHA-256 {notice['digest'][:12]}…）"
        )
    whole_month = len(found["period"]) > len("2027")
    rows = [row for row in found["days"] if whole_month or row["special"]]
    print_rows([_worded(row) for row in rows], False, COLUMNS)


def _shown(work: Work, period: str) -> dict[str, Any]:
    first, last = _span(work, period)
    days = service.calendar_of(work, first, last)
    return {
        "period": period or str(first.year),
        "known": all(day.source != "unknown" for day in days),
        "source": "unknown" if any(day.source == "unknown" for day in days) else days[0].source,
        "workdays": sum(day.working for day in days),
        "notices": [
            {
                "year": row.year, "version": row.version, "at": in_china(row.at), "by": row.by, "file": row.file,
                "digest": row.digest, "applied_at": in_china(row.applied_at),
            }
            for row in service.loaded_for(work, first.year)
        ],
        "days": [_row(day) for day in days],
    }  # fmt: skip


def _span(work: Work, period: str) -> tuple[date, date]:
    year, _, month = (period or str(work.today.year)).partition("-")
    try:
        first = date(int(year), int(month or 1), 1)
        last = (
            date(int(year), 12, 31)
            if not month
            else first.replace(day=monthrange(first.year, first.month)[1])
        )
    except ValueError as error:
        raise Refusal(f"“{period}”不是年份或月份，应写成 2027 或 2027-02 的样子。") from error
    if not 2000 <= first.year < 2100:
        raise Refusal("年份应在 2000 与 2099 之间。")
    return first, last


def _row(day: Day) -> dict[str, Any]:
    return {
        "date": day.day.isoformat(), "working": int(day.working), "name": day.name, "source": day.source,
        "special": day.is_special,
    }  # fmt: skip


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    day = date.fromisoformat(row["date"])
    made_up = row["working"] and day.weekday() >= 5
    return {
        **row, "weekday": f"周{WEEKDAYS[day.weekday()]}", "source_name": SOURCES[row["source"]],
        "day": "调休上班" if made_up else "上班" if row["working"] else "休息",
    }  # fmt: skip


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", default="", help="谁导入的，写进记录；不写就是本机的用户名。")
@as_json
@with_appcontext
@command
def import_notice(file: Path, by: str, as_json: bool) -> None:
    """导入一年的放假调休安排（CSV，列 date,working,name；working 写 1 上班、0 放假）。

    只写国务院办公厅通知里的放假日和调休上班日，其余按周一至周五。要么全部生效，要么完全不动；
    不用重启，各进程立即使用，已按“暂定”计算的期限随即重新计算，有变化的告知有关人员。
    """
    heshao = installation()
    try:
        loaded = heshao.desk.do(service.load, file.read_bytes(), file.name, by or getuser())
    except NoticeRefused as refused:
        if as_json:
            faults = [{"line": fault.line, "reason": fault.reason} for fault in refused.faults]
            click.echo(json.dumps({"imported": False, "faults": faults}, ensure_ascii=False, indent=2))
            raise SystemExit(1) from None
        raise
    ran = heshao.logbook.run("calendar", heshao.jobs()["calendar"])
    _tell(list(loaded), ran.rows, ran.errors, as_json)
    if ran.errors:
        raise SystemExit(1)


def _tell(loaded: list[Loaded], rows: int, errors: int, as_json: bool) -> None:
    if as_json:
        years = [
            {"year": each.year, "version": each.version, "days": each.days, "new": each.is_new}
            for each in loaded
        ]
        told = {"imported": True, "years": years, "recounted": rows, "errors": errors}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for each in loaded:
        news = f"已导入，第 {each.version} 版" if each.is_new else "与现有的相同，没有变化"
        click.echo(f"{each.year} 年：{news}（放假和调休 {each.days} 天）")
    wrong = f"，出错 {errors} 件，每小时自动重试" if errors else ""
    click.echo(f"重新计算期限、提醒和待发消息 {rows} 件{wrong}。")
