"""Making a backup (备份): the snapshot of the database first, then every picture that it names.

In this order they fit together: a picture is stored before its row says so, is never overwritten, and its name
is the digest of its content. What is written lies under a name of its own until all of it is there.
"""

import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select, update

from models.evidence import Arrival, Evidence
from rules.refusal import Refusal
from rules.workdays import CHINA
from services import schema
from services.backup_folder import UNFINISHED, BackupFolder, full_disk_in_words
from services.backup_photos import (
    RESERVE,
    Copied,
    PhotoCopier,
    count_keys,
    named_keys,
    refuse_a_nearly_full_disk,
)  # fmt: skip
from services.manifest import DATABASE, Manifest, SumsWriter, digest_of, read_manifest
from services.photo_store import PhotoStore
from services.snapshot import FULL, Progress, bytes_of, count_rows, opened, silently, take_snapshot

log = logging.getLogger("heshao.backup")


@dataclass(frozen=True)
class Source:
    """What is backed up."""

    engine: Engine
    store: PhotoStore
    reserve: int = RESERVE
    """Bytes to be left free on the backups' disk."""


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    manifest: Manifest
    only_here: list[str]
    """Pictures that the store has lost and this backup still has."""
    forgotten: int
    """How many older backups were removed."""
    kept_for_fear: bool
    """Older backups have more reports than this one, so none was removed."""


def back_up(
    source: Source, folder: BackupFolder, now: datetime, keep: int | None, progress: Progress = silently
) -> Made:
    """Make a backup and keep the newest `keep` (None: all). A Refusal, with nothing left behind, if it cannot
    be whole; pictures that nobody has any more are named in the manifest and stop nothing."""
    if schema.outdated(source.engine):
        raise Refusal(
            "数据库不是当前版本，没有备份。升级前请用旧版本备份；已经换了新版本，请先 flask db upgrade。"
        )
    with full_disk_in_words(FULL), folder.locked():
        refuse_a_nearly_full_disk(folder.path, source.reserve, bytes_of(source.engine))
        before = folder.newest()
        with folder.unfinished(now) as path:
            manifest, copied = _write(source, path, before, now, progress)
        made = path.with_name(path.name.removesuffix(UNFINISHED))
        old, fear = _old(folder.whole(), keep, manifest)
        folder.forget(old)
    return Made(made, manifest, copied.only_here, len(old), fear)


def _write(
    source: Source, path: Path, before: Path | None, now: datetime, progress: Progress
) -> tuple[Manifest, Copied]:
    take_snapshot(source.engine, path / DATABASE, progress)
    copier = PhotoCopier(source.store, path, before, source.reserve)
    with SumsWriter(path) as sums:
        with opened(path / DATABASE) as snapshot:
            rows = count_rows(snapshot)
            copied = copier.copy(named_keys(snapshot), count_keys(snapshot), sums, progress)
        _honour_erasures(source.engine, path / DATABASE, copied)
        _sync(path / DATABASE)
        sums.add(digest_of(path / DATABASE), DATABASE)
    manifest = Manifest(
        made_at=now.astimezone(CHINA).isoformat(timespec="seconds"),
        revision=schema.newest(),
        engine=source.engine.dialect.name,
        rows=rows,
        pictures=copied.files,
        picture_bytes=copied.bytes,
        missing=copied.missing,
        sums=sums.digest,
    )
    manifest.write(path)
    return manifest, copied


def _honour_erasures(engine: Engine, snapshot: Path, copied: Copied) -> None:
    """A voice erased between the snapshot and the copying is not missing: it is erased here too."""
    gone = [key for key in copied.missing if key.startswith("recording/")]
    named = select(Evidence.id).where(Evidence.arrival == Arrival.STORED)
    with engine.execution_options(reading=True).connect() as connection:
        erased = [
            key for key in gone
            if connection.scalar(named.where(Evidence.stored_as == key).limit(1)) is None
        ]  # fmt: skip
    if erased:
        with opened(snapshot, writable=True) as connection:
            erase = update(Evidence).where(Evidence.stored_as.in_(erased))
            connection.execute(erase.values(arrival=Arrival.ERASED, stored_as="", media_id="", reason=""))
        copied.missing = [key for key in copied.missing if key not in erased]


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _old(whole: list[Path], keep: int | None, newest: Manifest) -> tuple[list[Path], bool]:
    """Which backups go, and whether they are kept for fear: reports are never deleted, so where an older
    backup has more of them, this database is not the one it was."""
    old = [] if keep is None else whole[: -max(keep, 1)]
    if old and any(_reports(path) > newest.rows["report"] for path in whole):
        return [], True
    return old, False


def _reports(backup: Path) -> int:
    try:
        return read_manifest(backup).rows.get("report", 0)
    except Refusal as refusal:
        log.warning("%s", refusal, extra={"event": "backup.damaged"})
        return 0
