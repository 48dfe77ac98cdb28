"""Restoring: under load backed up, destroyed, restored, verified; and everything that is refused."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, select, text

import models.tables  # noqa: F401 - declares every table
from models.base import Base
from models.engine import make_engine
from models.report import Report
from rules.refusal import Refusal
from services import audit, schema
from services.backup import Source, back_up
from services.backup_check import OpenBackup, damaged, open_backup
from services.backup_folder import BackupFolder
from services.backup_photos import digest_in, is_whole, named_keys
from services.bucket import BucketAccess
from services.desk import Desk
from services.manifest import DATABASE, MANIFEST, PHOTOS, SUMS, Manifest, digest_of, read_manifest
from services.photo_store import PhotoStore
from services.restore import Restored, Wishes, restore
from services.restore_photos import put_back
from services.snapshot import count_rows, opened
from tests.conftest import EMPTY, MONDAY_MORNING
from tests.district import lay_out
from tests.services.residents import busy, fetch, hang_up, report, voice, words_of

on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def lived_in(desk: Desk, store: PhotoStore) -> Desk:
    """Two reports with a photograph each, and a recording."""
    lay_out(desk)
    report(desk, "li", 1)
    report(desk, "wu", 1)
    voice(desk, "li")
    fetch(desk, store)
    return desk


@pytest.fixture
def backup(lived_in: Desk, store: PhotoStore, tmp_path: Path) -> OpenBackup:
    return made(lived_in, store, tmp_path)


@pytest.fixture
def new_store(tmp_path: Path) -> PhotoStore:
    """Where nothing is yet."""
    return PhotoStore((tmp_path / "new" / "photos").as_uri())


@pytest.fixture
def new_file(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database that is not there yet."""
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'heshao.db'}")
    yield engine
    engine.dispose()


def made(desk: Desk, store: PhotoStore, folder: Path) -> OpenBackup:
    source = Source(desk.engine, store, reserve=0)
    return open_backup(back_up(source, BackupFolder(folder / "backups"), desk.clock(), None).path)


def bring_back(backup: OpenBackup, engine: Engine, store: PhotoStore, **wishes: bool) -> Restored:
    return restore(backup, Source(engine, store), Wishes(**wishes), MONDAY_MORNING)


def destroy(engine: Engine, photos: Path) -> None:
    """The disk is gone; the PostgreSQL server has an empty database again."""
    shutil.rmtree(photos)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql(EMPTY)
        return
    file = Path(engine.url.database or "")
    engine.dispose()
    for part in ("", "-wal", "-shm"):
        Path(f"{file}{part}").unlink(missing_ok=True)


def keys_in(desk: Desk) -> int:
    """How many photographs' files the rows name."""
    with desk.engine.connect() as connection:
        return len(list(named_keys(connection)))


def test_backed_up_under_load_destroyed_and_restored(desk: Desk, store: PhotoStore, tmp_path: Path) -> None:
    lay_out(desk)
    with busy(desk, store, people=2):
        while len(words_of(desk)) < 8 or keys_in(desk) < 3:
            report(desk, "he", len(words_of(desk)))
        committed = words_of(desk)
        backup = made(desk, store, tmp_path)
        report(desk, "he", 100_000)
    assert "河边有垃圾，he 第 100000 次" in words_of(desk)
    hang_up(desk)
    destroy(desk.engine, tmp_path / "photos")

    restored = bring_back(backup, desk.engine, store)

    assert committed <= words_of(desk)
    assert (restored.missing, restored.breaks) == ([], [])
    assert restored.chains == restored.rows["case"] > 0
    with desk.engine.connect() as connection:
        keys = list(named_keys(connection))
        assert count_rows(connection) == backup.manifest.rows
    assert len(keys) >= 3
    assert all(is_whole(key, store.read(key), digest_in(key)) for key in keys)

    fetch(desk, store)  # what was on its way at the backup still comes
    report(desk, "zhao", 1)  # and rows are numbered on
    assert "河边有垃圾，zhao 第 1 次" in words_of(desk)
    with desk.reading() as work:
        assert not any(broken for _, broken in audit.verify(work.session))


@pytest.fixture
def other_engine(lived_in: Desk, new_file: Engine, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database of the other kind than the one that is backed up."""
    if lived_in.engine.dialect.name == "postgresql":
        yield new_file
        return
    engine = make_engine(request.getfixturevalue("empty_postgresql"))
    yield engine
    engine.dispose()


def test_a_backup_of_one_engine_is_restored_into_the_other(
    lived_in: Desk, backup: OpenBackup, other_engine: Engine, new_store: PhotoStore
) -> None:
    restored = bring_back(backup, other_engine, new_store)
    assert (restored.missing, restored.breaks) == ([], [])
    with lived_in.engine.connect() as one, other_engine.connect() as other:
        for table in Base.metadata.sorted_tables:
            rows = select(table).order_by(*table.primary_key.columns)
            assert one.execute(rows).all() == other.execute(rows).all(), table.name
        assert schema.revision_of(other) == schema.newest()
    moved = Desk(
        other_engine, lived_in.clock, lived_in.rulebook, lived_in.random, lambda name: None, lived_in.links
    )
    report(moved, "zhao", 1)
    assert len(words_of(moved)) == 3


def test_where_data_is_nothing_is_restored_unless_it_may_be_replaced(
    lived_in: Desk, backup: OpenBackup, store: PhotoStore
) -> None:
    report(lived_in, "he", 1)
    hang_up(lived_in)
    with pytest.raises(Refusal, match="--replace"):
        bring_back(backup, lived_in.engine, store)
    assert len(words_of(lived_in)) == 3
    restored = bring_back(backup, lived_in.engine, store, replace=True)
    assert len(words_of(lived_in)) == 2
    if lived_in.engine.dialect.name == "sqlite":
        assert restored.old_file is not None
        with opened(restored.old_file) as old:
            assert len(old.scalars(select(Report.id)).all()) == 3


def test_a_running_product_is_not_pulled_away(lived_in: Desk, backup: OpenBackup, store: PhotoStore) -> None:
    hang_up(lived_in)
    other = make_engine(lived_in.engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        connection.execute(text("SELECT 1 FROM report"))
        with pytest.raises(Refusal, match="还在运行"):
            bring_back(backup, lived_in.engine, store, replace=True)
    other.dispose()
    assert len(words_of(lived_in)) == 2


def test_a_restore_that_fails_leaves_the_database_as_it_was(
    lived_in: Desk, backup: OpenBackup, store: PhotoStore
) -> None:
    report(lived_in, "he", 1)
    hang_up(lived_in)
    rows = backup.manifest.rows | {"report": 99}
    wrong = OpenBackup(backup.path, backup.manifest.model_copy(update={"rows": rows}), backup.digests)
    with pytest.raises(Refusal, match=r"行数与备份不符（report）"):
        bring_back(wrong, lived_in.engine, store, replace=True)
    assert len(words_of(lived_in)) == 3


def test_a_database_so_damaged_that_nobody_reads_it_is_replaced(
    lived_in: Desk, backup: OpenBackup, new_store: PhotoStore, new_file: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "new" / "heshao.db"
    file.write_bytes(b"no database at all " * 1000)
    Path(f"{file}-wal").write_bytes(b"and its log")
    with pytest.raises(Refusal, match="--replace"):
        bring_back(backup, new_file, new_store)
    bring_back(backup, new_file, new_store, replace=True)
    with new_file.connect() as connection:
        assert count_rows(connection) == backup.manifest.rows


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@on_one_engine
@pytest.mark.parametrize(
    ("name", "said"), [(MANIFEST, "清单已损坏"), (SUMS, "校验表"), (DATABASE, "数据库缺失或已损坏")]
)
def test_one_wrong_bit_is_refused(backup: OpenBackup, name: str, said: str) -> None:
    spoil(backup.path / name)
    with pytest.raises(Refusal, match=said):
        open_backup(backup.path)
    (backup.path / name).unlink()
    with pytest.raises(Refusal):
        open_backup(backup.path)


@on_one_engine
def test_a_manifest_that_was_altered_is_refused(backup: OpenBackup) -> None:
    file = backup.path / MANIFEST
    values = json.loads(file.read_text("utf-8"))
    values["rows"]["report"] += 1
    file.write_text(json.dumps(values), "utf-8")
    with pytest.raises(Refusal, match="损坏或被改动"):
        open_backup(backup.path)


@on_one_engine
def test_no_name_in_a_backup_leads_out_of_it(backup: OpenBackup) -> None:
    (backup.path / SUMS).write_text(f"{'0' * 64}  photos/../../../etc/passwd\n")
    rewrite(backup, sums=digest_of(backup.path / SUMS))
    with pytest.raises(Refusal, match="校验表已损坏"):
        open_backup(backup.path)


def rewrite(backup: OpenBackup, **values: object) -> None:
    """Make the manifest say something else, with a digest that agrees."""
    manifest = Manifest.model_validate(read_manifest(backup.path).model_dump() | values)
    (backup.path / MANIFEST).unlink()
    manifest.write(backup.path)


@on_one_engine
def test_a_newer_backup_is_refused(backup: OpenBackup) -> None:
    rewrite(backup, revision="9999")
    with pytest.raises(Refusal, match="更新的版本"):
        open_backup(backup.path)
    rewrite(backup, format=2)
    with pytest.raises(Refusal, match="格式"):
        open_backup(backup.path)


@on_one_engine
def test_an_upgrade_keeps_what_is_there(backup: OpenBackup, tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    shutil.copy(backup.database, file)
    downgrade(file)
    with opened(file) as connection:
        known = set(inspect(connection).get_table_names())
    schema.upgrade(f"sqlite:///{file}")
    with opened(file) as connection:
        counted = {table: rows for table, rows in count_rows(connection).items() if table in known}
        assert counted == {table: rows for table, rows in backup.manifest.rows.items() if table in known}
        assert len(counted) > 20
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        triggers = select(text("name")).select_from(text("sqlite_master")).where(text("type = 'trigger'"))
        with opened(backup.database) as before:
            assert set(connection.scalars(triggers)) == set(before.scalars(triggers))


@on_one_engine
@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_an_older_backup_is_restored_and_brought_up_to_this_version(
    backup: OpenBackup, new_store: PhotoStore, new_file: Engine, into: str, request: pytest.FixtureRequest
) -> None:
    older = backup.path.parent / "older"
    shutil.copytree(backup.path, older)
    downgrade(older / DATABASE)
    lines = (older / SUMS).read_text().splitlines(keepends=True)
    new = [line for line in lines if DATABASE not in line] + [f"{digest_of(older / DATABASE)}  {DATABASE}\n"]
    (older / SUMS).write_text("".join(new))
    rewrite(OpenBackup(older, backup.manifest, {}), sums=digest_of(older / SUMS), revision="0002")
    target = new_file if into == "sqlite" else make_engine(request.getfixturevalue("empty_postgresql"))
    restored = bring_back(open_backup(older), target, new_store)
    assert (restored.rows["report"], restored.missing) == (2, [])
    assert not schema.outdated(target)
    target.dispose()


def downgrade(snapshot: Path) -> None:
    """Take the snapshot back to what the second migration made."""
    with opened(snapshot, writable=True) as connection:
        config = schema.alembic_config("")
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")


@on_one_engine
def test_a_damaged_picture_is_refused_until_it_is_accepted(
    backup: OpenBackup, new_store: PhotoStore, new_file: Engine, tmp_path: Path
) -> None:
    bad = next((backup.path / PHOTOS / "original").rglob("*/*"))
    spoil(bad)
    assert list(damaged(backup)) == [f"original/{bad.parent.name}/{bad.name}"]
    with pytest.raises(Refusal, match=bad.name):
        bring_back(backup, new_file, new_store)
    assert not (tmp_path / "new" / "heshao.db").exists()
    restored = bring_back(backup, new_file, new_store, despite_damage=True)
    assert restored.missing == [f"original/{bad.parent.name}/{bad.name}"]
    assert restored.pictures == 6


@on_one_engine
def test_pictures_alone_are_put_back_where_they_are_gone_or_damaged(
    backup: OpenBackup, store: PhotoStore, tmp_path: Path
) -> None:
    one, two, *_ = sorted((tmp_path / "photos" / "original").rglob("*/*"))
    one.unlink()
    spoil(two)
    assert put_back(backup, store) == []
    assert all(store.read(key) == backup.content(key) for key in backup.digests)


@on_one_engine
def test_what_is_no_backup_is_said(backup: OpenBackup, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="没有这个文件夹"):
        open_backup(tmp_path / "nowhere")
    with pytest.raises(Refusal, match="不是河哨的备份"):
        open_backup(tmp_path)
    with pytest.raises(Refusal, match=f"flask restore .*{backup.path.name}"):
        open_backup(backup.path.parent)
    assert open_backup(backup.path / MANIFEST).path == backup.path


@on_one_engine
def test_a_backup_travels_through_a_bucket(
    lived_in: Desk, backup: OpenBackup, new_file: Engine, bucket: dict[str, str]
) -> None:
    access = BucketAccess(
        bucket["endpoint"], bucket["region"], bucket["access_key"], bucket["secret_key"], path_style=True
    )
    in_bucket = PhotoStore(bucket["url"], access)
    assert bring_back(backup, new_file, in_bucket).missing == []
    keys = list(backup.digests)
    in_bucket.erase(keys[0])
    again = back_up(
        Source(lived_in.engine, in_bucket, reserve=0),
        BackupFolder(backup.path.parent / "2"),
        MONDAY_MORNING,
        None,
    )
    assert again.manifest.missing == keys[:1]
    assert again.manifest.pictures == len(keys) - 1
