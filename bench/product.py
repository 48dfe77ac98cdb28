"""The product as it is measured: a migrated database with the demonstration registry, for SQLite or PostgreSQL."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import shapely
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from bench.environments import FOLDER, ROOT
from config import load
from models.conversation import Inbound
from models.engine import make_engine
from models.registry import reaches_in_force
from models.report import Report
from rules.coordinates import Position, wgs84_to_gcj02
from rules.routing import Found
from rules.workdays import local_day
from services.atlas import AtlasKeeper
from services.rulebook import rulebook_from
from story.stage import DISTRICT, environment_for

POSTGRESQL = os.environ.get("HESHAO_TEST_POSTGRESQL", "postgresql://127.0.0.1:5432/test")
PLACES = 400
BESIDE = (0.0, 0.0002, -0.0003)
"""Degrees beside the river's line, about 0 to 30 m."""


def kinds() -> list[str]:
    """The kinds of problem that ship, in their order."""
    return [row["name"] for row in tomllib.loads((ROOT / "data" / "kinds.toml").read_text("utf-8"))["kinds"]]


UNLIMITED = {"HESHAO__RULES__CONVERSATION__MESSAGES_AT_ONCE": "10000000"}
"""A generator's people speak faster than people do, and are not to be told so."""


class Template:
    """Both databases, made once by the migrations and the import, copied for each run."""

    def __init__(self) -> None:
        self.folder = FOLDER / f"product-{os.getpid()}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._path = self.folder / "template.db"
        self._name = f"heshao_bench_{os.getpid()}"
        self._made: set[str] = set()
        self.kept: set[tuple[str, str]] = set()

    def _prepare(self, engine: str) -> None:
        if engine in self._made:
            return
        self._made.add(engine)
        if engine == "postgresql":
            _administer(f'DROP DATABASE IF EXISTS "{self._name}"', f'CREATE DATABASE "{self._name}"')
        url = f"sqlite:///{self._path}" if engine == "sqlite" else _named(self._name)
        environment = {**environment_for(self.folder, 1, "http://127.0.0.1:1"), "HESHAO__DATABASE__URL": url}
        for words in (["db", "upgrade"], ["registry", "import", str(DISTRICT / "registry.xlsx")]):
            done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
                [sys.executable, "-m", "flask", *words],
                cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(f"flask {' '.join(words)}: {done.stderr}")

    @contextmanager
    def copy(
        self, engine: str, platform: str = "http://127.0.0.1:1", kept: str = ""
    ) -> Iterator[dict[str, str]]:
        """The environment of a product on this engine with a fresh database, or a kept one; gone afterwards.

        `platform`: where WeChat is; `kept`: which one.
        """
        self._prepare(engine)
        folder = self.folder / "run"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        url = f"sqlite:///{folder / 'heshao.db'}"
        if engine == "postgresql":
            copy = f"{self._name}_run"
            url = _named(copy)
            _administer(
                f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)',
                f'CREATE DATABASE "{copy}" TEMPLATE "{self._named(kept)}"',
            )
        else:
            shutil.copy(self._file(kept), folder / "heshao.db")
        try:
            yield {**environment_for(folder, 1, platform), **UNLIMITED, "HESHAO__DATABASE__URL": url}
        finally:
            if engine == "postgresql":
                _administer(f'DROP DATABASE IF EXISTS "{self._name}_run" WITH (FORCE)')
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, engine: str, name: str) -> None:
        """Keep the running copy's database under this name, for copies of it; its server has ended."""
        if engine == "postgresql":
            time.sleep(1)  # its connections are gone when PostgreSQL has noticed
            kept = self._named(name)
            _administer(
                f'DROP DATABASE IF EXISTS "{kept}"', f'CREATE DATABASE "{kept}" TEMPLATE "{self._name}_run"'
            )
        else:
            with (
                closing(sqlite3.connect(self.folder / "run" / "heshao.db")) as source,
                closing(sqlite3.connect(self._file(name))) as target,
            ):
                source.backup(target)
        self.kept.add((engine, name))

    def _file(self, kept: str) -> Path:
        return self.folder / f"{kept}.db" if kept else self._path

    def _named(self, kept: str) -> str:
        return f"{self._name}_{kept}" if kept else self._name

    def places(self) -> list[tuple[float, float]]:
        """Latitude and longitude (GCJ-02) of places beside the registry's waters that one town answers for."""
        self._prepare("sqlite")
        engine = make_engine(f"sqlite:///{self._path}")
        today = local_day(datetime.now(UTC))  # noqa: TID251 - the product's own clock is not at hand
        found: list[tuple[float, float]] = []
        book = rulebook_from(load(DISTRICT / "config.toml", {}))
        with engine.connect() as connection, Session(connection) as session:
            routing = AtlasKeeper().atlas(connection, today).routing
            reaches = list(session.scalars(reaches_in_force(today)))
            each = PLACES // len(reaches) + 1
            for reach in reaches:
                shape = shapely.from_wkt(reach.wkt)
                line = shape if shape.geom_type == "LineString" else shape.boundary
                for number in range(each):
                    at = line.interpolate((number + 0.5) / each, normalized=True)
                    position = Position(at.x, at.y + BESIDE[number % len(BESIDE)])
                    if isinstance(routing.route(position, book.routing, book.bounds), Found):
                        longitude, latitude = wgs84_to_gcj02(position.longitude, position.latitude)
                        found.append((round(latitude, 6), round(longitude, 6)))
        engine.dispose()
        return found

    def remove(self) -> None:
        """Leave nothing behind."""
        for kept in ["", *(name for engine, name in self.kept if engine == "postgresql")]:
            if "postgresql" in self._made:
                _administer(f'DROP DATABASE IF EXISTS "{self._named(kept)}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)


def counted(environment: Mapping[str, str]) -> tuple[int, int]:
    """Messages answered and reports in this product's database."""
    engine = make_engine(environment["HESHAO__DATABASE__URL"])
    with engine.connect() as connection:
        messages = connection.scalar(select(func.count()).select_from(Inbound)) or 0
        reports = connection.scalar(select(func.count()).select_from(Report)) or 0
    engine.dispose()
    return messages, reports


def has_postgresql() -> bool:
    """Whether the server named by HESHAO_TEST_POSTGRESQL answers."""
    with suppress(Exception):
        _administer("SELECT 1")
        return True
    return False


def _named(database: str) -> str:
    return POSTGRESQL.rsplit("/", 1)[0] + f"/{database}"


def _administer(*statements: str) -> None:
    engine = create_engine(
        POSTGRESQL.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
