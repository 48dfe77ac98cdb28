"""Making a backup: whole or not at all, snapshot first, unchanged pictures once, old ones gone."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from models.evidence import Evidence
from models.report import Report
from rules.refusal import Refusal
from services import evidence
from services.backup import Made, Source, back_up
from services.backup_check import damaged, open_backup
from services.backup_folder import BackupFolder
from services.desk import Desk, Work
from services.manifest import DATABASE, MANIFEST, PHOTOS, SUMS
from services.photo_store import PhotoStore, original_key
from services.snapshot import opened
from tests.conftest import ROOT, Clock
from tests.district import lay_out
from tests.services.residents import fetch, recording_keys, report, voice


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    return BackupFolder(tmp_path / "backups")


@pytest.fixture
def lived_in(desk: Desk, store: PhotoStore) -> Desk:
    """Two reports with a photograph each, and a recording."""
    lay_out(desk)
    report(desk, "li", 1)
    report(desk, "wu", 1)
    voice(desk, "li")
    fetch(desk, store)
    return desk


on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""What only concerns files."""


def make(desk: Desk, store: PhotoStore, folder: BackupFolder, keep: int | None = None) -> Made:
    return back_up(Source(desk.engine, store, reserve=0), folder, desk.clock(), keep)


def test_a_backup_holds_every_row_and_every_picture(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder
) -> None:
    made = make(lived_in, store, folder)
    assert made.path.name == "heshao-20261123-090000"
    assert (made.manifest.rows["report"], made.manifest.rows["evidence"]) == (2, 3)
    assert (made.manifest.pictures, made.manifest.missing) == (2 * 3 + 1, [])
    opened_backup = open_backup(made.path)
    assert list(damaged(opened_backup)) == []
    assert recording_keys(lived_in)[0] in opened_backup.digests
    with opened(opened_backup.database) as snapshot:
        assert set(snapshot.scalars(select(Report.words))) == {
            "河边有垃圾，li 第 1 次",
            "河边有垃圾，wu 第 1 次",
        }


@on_one_engine
def test_sha256sum_itself_finds_everything_in_order(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder
) -> None:
    made = make(lived_in, store, folder)
    listed = {}
    for line in (made.path / SUMS).read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((made.path / name).read_bytes()).hexdigest() == digest
        listed[name] = digest
    there = {str(p.relative_to(made.path)) for p in made.path.rglob("*") if p.is_file()}
    assert there == {*listed, SUMS, MANIFEST}
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", SUMS], cwd=made.path, check=True)


@on_one_engine
def test_only_its_owner_reads_a_backup(lived_in: Desk, store: PhotoStore, folder: BackupFolder) -> None:
    make(lived_in, store, folder)
    for path in (folder.path, *folder.path.glob("*"), *(p for p in folder.path.rglob("*") if p.is_file())):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@on_one_engine
def test_unchanged_pictures_are_shared_and_new_ones_added(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, clock: Clock
) -> None:
    first = make(lived_in, store, folder)
    report(lived_in, "he", 1)
    fetch(lived_in, store)
    clock.forward(days=1)
    second = make(lived_in, store, folder)
    assert (first.manifest.pictures, second.manifest.pictures) == (7, 10)
    shared = [p for p in (second.path / PHOTOS).rglob("*") if p.is_file() and p.stat().st_nlink == 2]
    assert len(shared) == 7
    shutil.rmtree(first.path)
    assert list(damaged(open_backup(second.path))) == []


@on_one_engine
def test_a_picture_damaged_in_the_backup_before_is_fetched_afresh(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, clock: Clock
) -> None:
    first = make(lived_in, store, folder)
    for file in (first.path / PHOTOS).rglob("*.jpg"):
        file.write_bytes(b"\xff\xd8 no longer the same \xff\xd9")
    (first.path / SUMS).write_bytes(b"nonsense")
    clock.forward(days=1)
    assert list(damaged(open_backup(make(lived_in, store, folder).path))) == []


@on_one_engine
def test_a_picture_that_is_gone_or_damaged_is_named_and_the_rest_is_backed_up(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, tmp_path: Path
) -> None:
    gone, bad = sorted((tmp_path / "photos" / "original").rglob("*/*"))
    gone.unlink()
    bad.write_bytes(b"not what it was")
    made = make(lived_in, store, folder)
    assert sorted(made.manifest.missing) == [original_key(gone.name), original_key(bad.name)]
    assert made.manifest.pictures == 5


@on_one_engine
def test_a_picture_that_the_store_lost_is_carried_on_from_the_backup_before(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, clock: Clock, tmp_path: Path
) -> None:
    make(lived_in, store, folder)
    shutil.rmtree(tmp_path / "photos")
    clock.forward(days=1)
    made = make(lived_in, store, folder)
    assert (made.manifest.pictures, len(made.only_here), made.manifest.missing) == (7, 7, [])


class ErasedMeanwhile(PhotoStore):
    """A store whose recordings are erased by their owner just when they are to be read."""

    def __init__(self, url: str, desk: Desk) -> None:
        super().__init__(url)
        self._desk, self._url = desk, url

    def read(self, key: str) -> bytes:
        if key.startswith("recording/") and self.exists(key):
            with self._desk.reading() as work:
                reports = list(work.session.scalars(select(Report.id)))
            self._desk.do(evidence.erase_voices, reports)
            fetch(self._desk, PhotoStore(self._url))
        return super().read(key)


def test_a_voice_erased_during_the_backup_is_erased_in_it_too(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, tmp_path: Path
) -> None:
    erasing = ErasedMeanwhile((tmp_path / "photos").as_uri(), lived_in)
    made = make(lived_in, erasing, folder)
    assert made.manifest.missing == []
    with opened(made.path / DATABASE) as snapshot:
        assert not any(snapshot.scalars(select(Evidence.stored_as)))


@on_one_engine
def test_the_newest_are_kept(lived_in: Desk, store: PhotoStore, folder: BackupFolder, clock: Clock) -> None:
    names = []
    for _ in range(4):
        names.append(make(lived_in, store, folder, keep=2).path.name)
        clock.forward(days=1)
    assert [path.name for path in folder.whole()] == names[-2:]
    assert sorted(p.name for p in folder.path.iterdir()) == [".lock", *names[-2:]]


def test_an_emptied_database_does_not_drive_good_backups_out(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, clock: Clock
) -> None:
    make(lived_in, store, folder)
    with lived_in.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER report_refuses_delete"))
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            for table in ("evidence", "satisfaction", "callback", "question", "report"):
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own tables
        else:
            connection.execute(text("TRUNCATE report CASCADE"))
    clock.forward(days=1)
    made = make(lived_in, store, folder, keep=1)
    assert made.kept_for_fear
    assert len(folder.whole()) == 2


@on_one_engine
def test_two_at_once_are_refused(lived_in: Desk, store: PhotoStore, folder: BackupFolder) -> None:
    with folder.locked(), pytest.raises(Refusal, match="正在做另一份备份"):
        make(lived_in, store, folder)


@on_one_engine
def test_a_nearly_full_disk_is_left_alone(lived_in: Desk, store: PhotoStore, folder: BackupFolder) -> None:
    with pytest.raises(Refusal, match="备份没有完成"):
        back_up(Source(lived_in.engine, store, reserve=10**18), folder, lived_in.clock(), None)
    assert folder.whole() == []


def test_an_outdated_schema_is_refused(lived_in: Desk, store: PhotoStore, folder: BackupFolder) -> None:
    with lived_in.engine.begin() as connection:
        was = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        with pytest.raises(Refusal, match="不是当前版本"):
            make(lived_in, store, folder)
    finally:
        with lived_in.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :was"), {"was": was})


BEGIN = """
import os, sys, time
from pathlib import Path
from datetime import UTC, datetime
from models.engine import make_engine
from services.backup import Source, back_up
from services.backup_folder import BackupFolder
from services.photo_store import PhotoStore

class Slow(PhotoStore):
    def read(self, key):
        os.write(1, b"reading\\n")
        if "small" in key:
            time.sleep(60)
        return super().read(key)

engine, store = make_engine(sys.argv[1]), Slow(sys.argv[2])
back_up(Source(engine, store, 0), BackupFolder(Path(sys.argv[3])), datetime(2026, 11, 23, tzinfo=UTC), None)
"""


def test_a_backup_killed_on_its_way_never_looks_like_one(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, tmp_path: Path
) -> None:
    url = lived_in.engine.url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", BEGIN, url, (tmp_path / "photos").as_uri(), str(folder.path)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as begun:
        assert begun.stdout is not None
        assert begun.stdout.readline() == "reading\n"
        until(lambda: any(folder.path.rglob("photos/original/*/*")))
        begun.kill()
    (left,) = folder.path.glob("heshao-*")
    assert left.name.endswith(".unfinished")
    assert (left / DATABASE).stat().st_size > 0
    assert folder.whole() == []
    with pytest.raises(Refusal, match="没有完成的备份"):
        open_backup(left)
    made = make(lived_in, store, folder)
    assert not left.exists()
    assert folder.whole() == [made.path]


def until(there: object) -> None:
    """Wait for another process."""
    assert callable(there)
    for _ in range(1000):
        if there():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come")


FULL = """
import resource, signal, sys
from pathlib import Path
from datetime import UTC, datetime
from models.engine import make_engine
from rules.refusal import Refusal
from services.backup import Source, back_up
from services.backup_folder import BackupFolder
from services.photo_store import PhotoStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
engine = make_engine(sys.argv[1])
engine.connect().close()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    back_up(Source(engine, PhotoStore(sys.argv[2]), 0), BackupFolder(Path(sys.argv[3])), datetime(2026, 11, 23, tzinfo=UTC), None)
except Refusal as refusal:
    print(refusal)
    sys.exit(7)
"""


@pytest.mark.parametrize(("room", "said"), [(20_000, "没有"), (5_000_000, "磁盘已满")])
def test_a_disk_that_fills_up_leaves_nothing_behind(
    lived_in: Desk, store: PhotoStore, folder: BackupFolder, tmp_path: Path, room: int, said: str
) -> None:
    """The kernel refuses what exceeds the room, as a full disk would: within the snapshot, and within a picture."""
    if room > 1_000_000:
        (key,) = recording_keys(lived_in)
        (tmp_path / "photos" / key).unlink()
        content = b"#!AMR\n" + bytes(room)
        big = store.put_recording(content, "amr")
        lived_in.do(_points_to, big)
    url = lived_in.engine.url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", FULL, url, (tmp_path / "photos").as_uri(), str(folder.path), str(room)]
    done = subprocess.run(words, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    assert said in done.stdout
    assert [p.name for p in folder.path.iterdir()] == [".lock"]


def _points_to(work: Work, key: str) -> None:
    row = work.session.scalars(select(Evidence).where(Evidence.stored_as != "")).one()
    row.stored_as = key


def test_the_manifest_says_what_was_there(lived_in: Desk, store: PhotoStore, folder: BackupFolder) -> None:
    made = make(lived_in, store, folder)
    values = json.loads((made.path / MANIFEST).read_text("utf-8"))
    assert values["made_at"] == "2026-11-23T09:00:00+08:00"
    assert values["engine"] == lived_in.engine.dialect.name
    assert values["rows"]["case"] >= 1
    assert len(values["digest"]) == 64
    assert os.listdir(folder.path / made.path.name)
