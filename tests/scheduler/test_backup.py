"""The nightly backup: at its time, and loud about what is missing."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.refusal import Refusal
from scheduler.backup import back_up_nightly
from scheduler.logbook import Logbook
from scheduler.timetable import times
from services import failures
from services.backup_folder import BackupFolder
from services.desk import Desk
from services.photo_store import PhotoStore
from tests.conftest import Clock
from tests.district import lay_out
from tests.services.residents import fetch, report


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    return BackupFolder(tmp_path / "backups")


@pytest.mark.parametrize(
    ("at", "next_in_utc"),
    [("02:30", "2026-11-23T18:30"), ("10:05", "2026-11-23T02:05"), ("24:00", "2026-11-23T16:00")],
)
def test_it_is_due_at_the_time_that_is_set(at: str, next_in_utc: str, clock: Clock) -> None:
    due = times(at)["backup"].get_next_fire_time(None, clock())
    assert due is not None
    assert due.astimezone(UTC) == datetime.fromisoformat(next_in_utc).replace(tzinfo=UTC)


def test_it_can_be_switched_off() -> None:
    assert "backup" not in times("")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_night_one_is_made_and_the_newest_are_kept(
    desk: Desk, store: PhotoStore, folder: BackupFolder, clock: Clock
) -> None:
    lay_out(desk)
    report(desk, "li", 1)
    fetch(desk, store)
    for _ in range(3):
        assert back_up_nightly(desk, store, folder, keep=2) == 4
        clock.forward(days=1)
    assert [path.name for path in folder.whole()] == ["heshao-20261124-090000", "heshao-20261125-090000"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_missing_pictures_are_an_error_of_the_run_that_still_made_a_backup(
    desk: Desk, store: PhotoStore, folder: BackupFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lay_out(desk)
    report(desk, "li", 1)
    fetch(desk, store)
    shutil.rmtree(tmp_path / "photos" / "original")
    with failures.counted() as failed:
        assert back_up_nightly(desk, store, folder, keep=2) == 3
    assert failed == ["PicturesMissing"]
    assert "1 pictures are missing" in caplog.text
    assert len(folder.whole()) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_backup_that_fails_stands_among_the_runs_of_the_jobs(
    desk: Desk, store: PhotoStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    book = Logbook(desk, times("02:30"))
    ran = book.run("backup", lambda: back_up_nightly(desk, store, BackupFolder(tmp_path / "file"), keep=2))
    assert (ran.errors, ran.rows) == (1, 0)
    assert "job backup failed" in caplog.text
    assert Refusal.__name__ not in ran.error
