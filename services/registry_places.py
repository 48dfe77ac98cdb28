"""The places of the registry: what a workbook changes in towns, water bodies, reaches and notice boards."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from models.case import Case
from models.registry import NoticeBoard, Reach, Town, WaterBody
from rules.lifecycle import OPEN
from services.registry_changes import Act, Draft
from services.sheets import (
    BOARDS,
    REACHES,
    TOWNS,
    WATER_BODIES,
    BoardRow,
    Fault,
    ReachRow,
    TownRow,
    WaterBodyRow,
)

Values = dict[str, tuple[str, Any]]


def plan_places(draft: Draft) -> None:
    """Work out all four sheets, in the order in which they refer to one another."""
    for position, town in enumerate(draft.sheets.towns or ()):
        _plan_town(draft, town, position)
    for body in draft.sheets.water_bodies or ():
        _plan_body(draft, body)
    for reach in draft.sheets.reaches or ():
        _plan_reach(draft, reach)
    for board in draft.sheets.boards or ():
        _plan_board(draft, board)
    _end_absent(draft)


def _plan_town(draft: Draft, row: TownRow, position: int) -> None:
    subject = f"{row.code} {row.name}"
    town = draft.towns.get(row.code)
    if town is None:
        town = Town(
            code=row.code, name=row.name, kind=row.kind, since=row.since, until=row.until, position=position
        )
        draft.towns[row.code] = town
        draft.add(TOWNS, subject, town)
        return
    since = row.since if draft.sheets.has(TOWNS, "起") else town.since
    until = row.until
    if not draft.sheets.has(TOWNS, "止") and town.until is not None and town.until >= draft.work.today:
        until = town.until
    revived = _is_past(town.until, draft.work.today) and not _is_past(until, draft.work.today)
    values: Values = {
        "name": ("名称", row.name),
        "kind": ("类型", row.kind),
        "since": ("起", since),
        "until": ("止", until),
        "position": ("顺序", position),
    }
    draft.change(TOWNS, subject, town, values, Act.REVIVED if revived else Act.CHANGED)


def _is_past(until: date | None, today: date) -> bool:
    return until is not None and until < today


def _plan_body(draft: Draft, row: WaterBodyRow) -> None:
    values: Values = {
        "name": ("名称", row.name),
        "kind": ("类别", row.kind),
        "level": ("管理级别", row.level),
        "length_km": ("长度公里", row.length_km),
    }
    _plan(draft, WATER_BODIES, f"{row.code} {row.name}", draft.bodies, WaterBody, row.code, values)


def _plan_reach(draft: Draft, row: ReachRow) -> None:
    values: Values = {
        "water_body": ("水体编码", draft.bodies[row.water_body]),
        "town": ("镇街编码", draft.towns[row.town]),
        "villages": ("村居", "、".join(row.villages)),
        "name": ("名称", row.name),
        "bank": ("岸别", row.bank),
        "start": ("起点", row.start),
        "end": ("终点", row.end),
        "length_km": ("长度公里", row.length_km),
        "target": ("水质目标", row.target),
        "wkt": ("几何", row.wkt),
    }
    before = draft.reaches.get(row.code)
    if before is not None and before.town.code != row.town:
        what = f"河段 {row.code} 改由{draft.towns[row.town].name}负责"
        _note_open_cases(draft, Case.reach_id == before.id, what)
    _plan(draft, REACHES, f"{row.code} {row.name}", draft.reaches, Reach, row.code, values)


def _plan_board(draft: Draft, row: BoardRow) -> None:
    values: Values = {
        "reach": ("河段编码", draft.reaches[row.reach]),
        "longitude": ("经度", row.longitude),
        "latitude": ("纬度", row.latitude),
        "state": ("状态", row.state),
    }
    _plan(draft, BOARDS, row.code, draft.boards, NoticeBoard, row.code, values)


def _plan(
    draft: Draft, sheet: str, subject: str, known: dict[str, Any], table: type[Any], code: str, values: Values
) -> None:
    """Add the row, or change what differs; one that had been retired is revived."""
    found = known.get(code)
    if found is None:
        row = table(code=code, **{name: value for name, (_, value) in values.items()})
        known[code] = row
        draft.add(sheet, subject, row)
        return
    act = Act.CHANGED if found.retired_on is None else Act.REVIVED
    draft.change(sheet, subject, found, {**values, "retired_on": ("", None)}, act)


def _end_absent(draft: Draft) -> None:
    """A sheet that is there is the whole truth of its table: what it does not name has ended."""
    today, sheets = draft.work.today, draft.sheets
    if sheets.towns is not None:
        for town in _absent(draft.towns, sheets.towns):
            if not _is_past(town.until, today):
                ended: Values = {"until": ("止", today - timedelta(days=1))}
                draft.change(TOWNS, f"{town.code} {town.name}", town, ended, Act.ENDED)
                _note_open_cases(draft, Case.town_id == town.id, f"{town.name}停用")
    retired: Values = {"retired_on": ("停用", today)}
    for sheet, known, rows in (
        (WATER_BODIES, draft.bodies, sheets.water_bodies),
        (REACHES, draft.reaches, sheets.reaches),
        (BOARDS, draft.boards, sheets.boards),
    ):
        for row in [] if rows is None else _absent(known, rows):
            if row.retired_on is None:
                draft.change(sheet, f"{row.code} {getattr(row, 'name', '')}".strip(), row, retired, Act.ENDED)
                if isinstance(row, Reach):
                    _note_open_cases(draft, Case.reach_id == row.id, f"河段 {row.code} {row.name} 停用")
    _check_left_behind(draft)


def _absent(known: dict[str, Any], rows: Iterable[Any]) -> list[Any]:
    named = {row.code for row in rows}
    return [row for code, row in known.items() if code not in named]


def _check_left_behind(draft: Draft) -> None:
    """What a sheet drops must not be needed by a sheet that is absent and therefore stays as it is."""
    sheets = draft.sheets
    for reach in draft.reaches.values() if sheets.reaches is None else ():
        if reach.retired_on is None:
            _check_dropped(draft, TOWNS, sheets.towns, reach.town, f"河段 {reach.code} {reach.name}")
            _check_dropped(
                draft, WATER_BODIES, sheets.water_bodies, reach.water_body, f"河段 {reach.code} {reach.name}"
            )
    for board in draft.boards.values() if sheets.boards is None else ():
        if board.retired_on is None:
            _check_dropped(draft, REACHES, sheets.reaches, board.reach, f"公示牌 {board.code}")


def _check_dropped(draft: Draft, sheet: str, rows: Iterable[Any] | None, needed: Any, by: str) -> None:
    if rows is not None and needed.code not in {row.code for row in rows}:
        why = (
            f"表里没有了 {needed.code} {needed.name}，但现有的{by}还属于它；请一并改正“{sheet}”或提供相应的表"
        )
        draft.faults.append(Fault(sheet, 0, "编码", why))


def _note_open_cases(draft: Draft, concerned: ColumnElement[bool], what: str) -> None:
    open_here = select(func.count()).select_from(Case).where(concerned, Case.state.in_(OPEN))
    count = draft.work.session.scalar(open_here)
    if count:
        draft.notes.append(f"{what}，那里有 {count} 件未办结的问题单，请河长办确认由谁继续办理。")
