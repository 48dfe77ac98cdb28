"""`flask registry`: the registry's workbook checked, taken over and given out again; invitations."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from commands.installation import as_json, command, installation, print_rows
from models.person import Appointment
from rules.roles import ROLE_NAMES
from rules.workdays import CHINA
from services import invitations as service
from services import registry as names
from services.desk import Work
from services.registry_changes import Act, Change, Differences
from services.sheets import COLUMNS, Fault, RegistrySheets, WorkbookRefused
from services.workbook import read_workbook
from services.workbook_writing import template as empty_workbook

MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)
SHOWN = 200
"""Lines of changes or faults shown on a screen; --json gives all."""

workbook_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def registry() -> None:
    """名录：镇街、水体、河段、人员、公示牌的工作簿，以及邀请码。"""


@registry.command()
@click.option("--force", is_flag=True, help="文件已存在也覆盖。")
@workbook_file
@command
def template(file: Path, force: bool) -> None:
    """生成空白的名录工作簿，内有填写说明和下拉列表。"""
    if not force and file.exists() and file.stat().st_size:
        raise click.ClickException(f"{file} 已经存在，没有覆盖；确实要覆盖请加 --force。")
    _save(file, empty_workbook(MADE_AT))
    click.echo(f"空白工作簿已写入 {file}。填好后先运行 flask registry check {file}")


@registry.command()
@workbook_file
@as_json
@with_appcontext
@command
def check(file: Path, as_json: bool) -> None:
    """检查工作簿，列出导入后会有的变化，不做任何改动；有错时逐格指出，退出码为 1。"""
    try:
        found = installation().desk.look(names.differences, read_workbook(file))
    except WorkbookRefused as refused:
        _refuse(refused.faults, as_json)
    _show(found, as_json, "没有错误。导入后将有以下变化：", "没有错误，与现有名录相同，导入不会有变化。")


@registry.command("import")
@workbook_file
@as_json
@with_appcontext
@command
def import_workbook(file: Path, as_json: bool) -> None:
    """导入工作簿：要么全部生效，要么完全不动；不用重启，各进程立即使用新名录。"""
    desk = installation().desk
    try:
        found = desk.do(_import, read_workbook(file))
    except WorkbookRefused as refused:
        _refuse(refused.faults, as_json)
    _show(found, as_json, "已导入，变化如下：", "与现有名录相同，没有变化。")


def _import(work: Work, sheets: RegistrySheets) -> Differences:
    return names.import_registry(work, sheets, _bar)


def _bar(changes: tuple[Change, ...]) -> Iterator[Change]:
    yield from tqdm(changes, desc="导入", unit="行", disable=None)


@registry.command()
@workbook_file
@click.option("--with-openid", is_flag=True, help="连同已绑定的 openid 一起导出（属个人信息，请妥善保管）。")
@with_appcontext
@command
def export(file: Path, with_openid: bool) -> None:
    """把现有名录导出为工作簿；原样导入不会有变化。"""
    if file.suffix.lower() != ".xlsx":
        raise click.ClickException(f"{file} 不是 .xlsx 文件名，没有写。")
    content = installation().desk.look(names.export, with_openid=with_openid)
    _save(file, content)
    click.echo(f"名录已导出到 {file}。")


@registry.command()
@click.option("--name", default="", help="只给这个姓名的人发。")
@click.option("--town", default="", help="只给这个镇街（名称或编码）的人发。")
@as_json
@with_appcontext
@command
def invitations(name: str, town: str, as_json: bool) -> None:
    """给在任而还没有绑定微信的人发邀请码。

    邀请码只显示这一次，请分别交给本人，不要群发。重新运行会换发新码，之前没有用过的码随即作废。
    """
    heshao = installation()
    rows = heshao.desk.do(_invite, name, town)
    columns = {"name": "姓名", "role": "角色", "town": "镇街", "code": "邀请码", "expires_on": "有效至"}
    print_rows(rows, as_json, columns)
    if rows:
        click.echo("邀请码等同于本人身份，只显示这一次；请分别交给本人，不要群发或张贴。", err=True)


def _invite(work: Work, name: str, town: str) -> list[dict[str, Any]]:
    def wanted(held: Appointment) -> bool:
        is_there = not town or (held.town is not None and town in (held.town.name, held.town.code))
        return is_there and (not name or held.person.name == name)

    expires = (work.now + work.rulebook.invitation_time).astimezone(CHINA).date().isoformat()
    return [
        {
            "name": person.name,
            "role": "、".join(dict.fromkeys(ROLE_NAMES[held.role] for held in appointments)),
            "town": "、".join(dict.fromkeys(held.town.name for held in appointments if held.town)),
            "phone": person.phone,
            "code": code,
            "expires_on": expires,
        }
        for person, appointments, code in service.invite_everybody_unbound(work, wanted)
    ]


def _show(found: Differences, as_json: bool, some: str, none: str) -> None:
    if as_json:
        rows = [
            {"sheet": c.sheet, "act": c.act.value, "subject": c.subject, "details": c.details}
            for c in found.changes
        ]
        _print_json({"changes": rows, "notes": list(found.notes), "faults": []})
        return
    click.echo(some if found else none)
    for sheet in COLUMNS:
        counts = [f"{act.value} {count}" for act in Act if (count := found.count(sheet, act))]
        if counts:
            click.echo(f"  {sheet}：{'，'.join(counts)}")
    _lines(list(map(str, found.changes)))
    for note in found.notes:
        click.echo(f"请注意：{note}")


def _refuse(faults: list[Fault], as_json: bool) -> NoReturn:
    if as_json:
        rows = [{"sheet": f.sheet, "row": f.row, "column": f.column, "why": f.why} for f in faults]
        _print_json({"changes": [], "notes": [], "faults": rows})
    else:
        click.echo(f"工作簿有 {len(faults)} 处错误，名录没有改动：", err=True)
        _lines(list(map(str, faults)), err=True)
    raise SystemExit(1)


def _lines(lines: list[str], err: bool = False) -> None:
    for line in lines[:SHOWN]:
        click.echo(line, err=err)
    if len(lines) > SHOWN:
        click.echo(f"……还有 {len(lines) - SHOWN} 条，用 --json 查看全部。", err=err)


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _save(file: Path, content: bytes) -> None:
    """Write beside it first: a full disk leaves the old file whole."""
    if not file.parent.is_dir():
        raise click.ClickException(f"没有文件夹 {file.parent}。")
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise click.ClickException(f"{file} 无法写入（{error.strerror}）。") from error
