"""A database with the demonstration's registry, made once, and a house that several tests may disturb."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import app
from faults.disk import Disk, disk, shorten_wal
from faults.house import House, house
from faults.ledger import Ledger
from faults.rehearsal import Wish, play
from faults.troubles import NEED_SERVERS, NEED_TIME, TROUBLES
from story.stage import DISTRICT, environment_for


@pytest.fixture(scope="session")
def prepared(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the demonstration's registry."""
    folder = tmp_path_factory.mktemp("prepared")
    shutil.copy(migrated, folder / "heshao.db")
    environment = environment_for(folder, 1, "http://127.0.0.1:1")
    installed = app.Heshao(DISTRICT / "config.toml", {**os.environ, **environment})
    words = ["registry", "import", str(DISTRICT / "registry.xlsx")]
    done = app.create_app(installed).test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.output
    installed.desk.engine.dispose()
    shorten_wal(folder / "heshao.db")  # so that the file alone is the database
    return folder / "heshao.db"


SHORT = Wish(
    seed=20261124, reports=8, people=4, troubles=len(TROUBLES) - len(NEED_SERVERS | NEED_TIME), long=False,
    fates=("closed", "withdrawn", "declined"), births=1, pace=2.5, lasts=0.6, pause=0.3, megabytes=64,
)  # fmt: skip
"""Every trouble once; no case stays open that a later report could join."""


@dataclass
class Lived:
    """A running product with its world, on a disk that can be filled."""

    house: House
    disk: Disk
    undisturbed: Ledger


@pytest.fixture(scope="session")
def lived(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """One for all tests: to start it takes some seconds. The short rehearsal is played in it undisturbed first."""
    folder = tmp_path_factory.mktemp("house")
    with disk(folder / "data", 48) as small, house(folder, prepared, seed=1, pace=5) as running:
        if small is None:
            pytest.fail("this machine offers no way to fill a disk (faults/disk.py)")
        yield Lived(running, small, play(SHORT, running, lambda line: None))
