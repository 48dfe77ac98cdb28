"""Small workbooks, and a desk whose database has every table."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine, func, select

import models.tables  # noqa: F401  every table
from models.base import Base
from models.person import Appointment, Person
from models.registry import RegistryVersion, Town
from rules.roles import Role
from services import registry
from services.desk import Desk, Work
from services.registry_changes import Differences
from services.sheets import COLUMNS, WorkbookRefused
from services.workbook import read_workbook
from tests.conftest import Clock

Rows = Sequence[Sequence[Any]]


@pytest.fixture
def desk(engine: Engine, make_desk: Callable[..., Desk]) -> Desk:
    """A desk over a database that has every table, those too that no migration has yet."""
    Base.metadata.create_all(engine)
    return make_desk()


BASIS: dict[str, Rows] = {
    "镇街": [["T1", "天穆镇", "镇", None, None], ["T2", "北仓镇", "镇", None, None]],
    "水体": [["W1", "北运河", "河道", "市管", 20.5]],
    "河段": [
        ["R1", "W1", "T1", "天穆村", "北运河天穆镇段", "", "桥", "闸", 2.5, "IV", "LINESTRING (117.13 39.21, 117.14 39.19)"],
        ["R2", "W1", "T2", "北仓村", "北运河北仓镇段", "", "", "", None, "Ⅳ类", "LINESTRING (117.12 39.25, 117.13 39.21)"],
    ],
    "人员": [
        ["王一", "13800000001", "镇长", "镇级河湖长", "T1", None, None, None, None, None],
        ["李二", "13800000002", None, "村级河湖长", None, "R1", None, None, None, None],
        ["张三", "13800000003", None, "河长办", None, None, "区河长办", None, None, None],
    ],
    "公示牌": [["B1", "R1", 117.135, 39.2, "完好"], ["B2", "R2", None, None, None]],
}  # fmt: skip


def workbook(sheets: Mapping[str, Rows] = BASIS, **replaced: Rows | None) -> bytes:
    """A workbook with these rows under the columns of the contract."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet, rows in {**sheets, **replaced}.items():
        if rows is not None:
            page = book.create_sheet(sheet)
            page.append(list(COLUMNS[sheet]))
            for row in rows:
                page.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The workbook's file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def imported(desk: Desk, content: bytes) -> Differences:
    """Read and take over."""
    return desk.do(registry.import_registry, read_workbook(content))


def faults(content: bytes) -> list[tuple[str, int, str]]:
    """Where the workbook is wrong."""
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(content)
    return [(fault.sheet, fault.row, fault.column) for fault in refused.value.faults]


def why(content: bytes) -> str:
    """The one fault's reason."""
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(content)
    assert len(refused.value.faults) == 1, refused.value.faults
    return refused.value.faults[0].why


def version(desk: Desk) -> int:
    """The registry's version."""
    with desk.reading() as work:
        return work.session.scalar(select(RegistryVersion.version)) or 0


def count(work: Work, table: type[Any]) -> int:
    """How many rows a table has."""
    return work.session.scalar(select(func.count()).select_from(table)) or 0


def on(clock: Clock, day: date) -> None:
    """Ten in the morning of that day in China."""
    clock.set(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC))


def person(name: str, role: str = "镇级河湖长", town: str | None = "T1", **other: Any) -> list[Any]:
    """A row of 人员."""
    columns = ("phone", "title", "role", "town", "reaches", "department", "since", "until", "openid")
    return [name, *({"role": role, "town": town, **other}.get(column) for column in columns)]


def of_people(*rows: list[Any]) -> bytes:
    """The basis with other people."""
    return workbook(人员=rows)


def who_was(desk: Desk, day: date, role: Role = Role.TOWN_CHIEF, town: str = "T1") -> list[str]:
    """Names of those who held the office in the town on that day."""
    with desk.reading() as work:
        town_id = work.session.scalars(select(Town.id).where(Town.code == town)).one()
        return [held.person.name for held in registry.who_was(work, role, town_id, day)]


def spans(desk: Desk, name: str) -> list[tuple[date | None, date | None]]:
    """First and last days of this person's appointments, oldest entry first."""
    with desk.reading() as work:
        found = (
            select(Appointment).join(Appointment.person).where(Person.name == name).order_by(Appointment.id)
        )
        return [(held.since, held.until) for held in work.session.scalars(found)]
