"""What every test stands on: a migrated database (SQLite and PostgreSQL), a clock that is set by hand."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from alembic import command as alembic
from sqlalchemy import Engine

import config
import models.tables  # noqa: F401 - declares every table
from models.base import Base
from models.engine import make_engine
from services.case_links import CaseLinks
from services.desk import Desk
from services.rulebook import rulebook_from
from services.schema import alembic_config
from story import engines
from story.servers import NoEngine

ROOT = Path(__file__).parent.parent
T = TypeVar("T")
MONDAY_MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday 2026-11-23, 09:00 in China."""


EMPTY = ";".join(
    [
        "SET LOCAL synchronous_commit = off; SET LOCAL session_replication_role = replica",  # past the triggers
        *(f'DELETE FROM "{table.name}"' for table in Base.metadata.sorted_tables),  # noqa: S608
        *(
            f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), 1, false)"
            for table in Base.metadata.sorted_tables
            if "id" in table.columns
        ),
    ]
)
"""Everything gone and numbered from 1 again; TRUNCATE would take a second for so many small tables."""


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self, at: datetime = MONDAY_MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, made once by the migrations and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "heshao.db"
    alembic.upgrade(alembic_config(f"sqlite:///{path}"), "head")
    return path


@contextmanager
def wanted(engine: AbstractContextManager[T]) -> Iterator[T]:
    """The engine, or a skip that says why there is none: a failure where none may be missing (as in .ci/run)."""
    with ExitStack() as stack:
        try:
            found = stack.enter_context(engine)
        except NoEngine as why:
            (pytest.fail if os.environ.get("HESHAO_TEST_ENGINES") == "all" else pytest.skip)(str(why))
        yield found


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL in which databases may be made."""
    with wanted(engines.postgresql()) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A Redis."""
    with wanted(engines.redis_server()) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """A Redis database that is empty before and after the test."""
    with wanted(engines.redis_database(redis_server)) as url:
        yield url


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """A S3 server of this test process's own."""
    with engines.s3_server() as url:
        yield url


@pytest.fixture
def bucket(s3_server: str) -> dict[str, str]:
    """The keys of `[photos]` that lead to an empty place in a bucket."""
    return engines.bucket(s3_server)


@pytest.fixture
def empty_postgresql(postgresql_server: str) -> Iterator[str]:
    """A database without tables, gone after the test."""
    with engines.database(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql(postgresql_server: str) -> Iterator[str]:
    """A PostgreSQL database of this test process's own, with all tables."""
    with engines.database(postgresql_server) as url:
        alembic.upgrade(alembic_config(url), "head")
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    """An empty, migrated database: each test that asks for it runs on both engines."""
    if request.param == "sqlite":
        shutil.copy(migrated, tmp_path / "heshao.db")
        made = make_engine(f"sqlite:///{tmp_path / 'heshao.db'}")
        yield made
        made.dispose()
        return
    made = make_engine(request.getfixturevalue("postgresql"))
    yield made
    with made.begin() as connection:
        connection.exec_driver_sql(EMPTY)
    made.dispose()


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> config.Config:
    """The configuration that config.example.toml states."""
    return config.load(ROOT / "config.example.toml", {})


@pytest.fixture
def woken() -> list[str]:
    """The workers that were woken, in order."""
    return []


@pytest.fixture
def make_desk(engine: Engine, clock: Clock, example: config.Config, woken: list[str]) -> Callable[..., Desk]:
    """A desk over the test's database; settings of the example may be replaced."""

    def make(settings: config.Config = example) -> Desk:
        links = CaseLinks("https://heshao.example", lambda: "a key for tests")
        return Desk(engine, clock, rulebook_from(settings), Random(20261123), woken.append, links)

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()
