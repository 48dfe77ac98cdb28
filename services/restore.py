"""Restoring a backup (恢复): refused before anything is touched, or pictures first, then the database at once.

In this order a restore that is cut short has only added pictures; the database is exchanged in one step. Nothing
here goes through the desk: it is the desk's whole database that is put in its place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from rules.refusal import Refusal
from rules.workdays import CHINA
from services import audit, schema
from services.backup import Source
from services.backup_check import OpenBackup
from services.backup_photos import count_keys, digest_in, is_whole, named_keys
from services.photo_store import PhotoStore
from services.restore_database import load, prepare, refuse_if_in_use, refuse_unless_empty
from services.restore_photos import put_back
from services.snapshot import Progress, count_rows, silently


@dataclass(frozen=True)
class Restored:
    """What a restore brought back."""

    rows: dict[str, int]
    """Of every table."""
    pictures: int
    """Named by the database and whole in the store."""
    missing: list[str]
    """Named by the database and not whole in the store."""
    chains: int
    """Cases whose audit chain was verified."""
    breaks: list[audit.Break]
    old_file: Path | None
    """Where the replaced SQLite database lies now."""


@dataclass(frozen=True)
class Wishes:
    """What whoever restores has agreed to."""

    replace: bool = False
    """What is in the database now may go."""
    despite_damage: bool = False
    """Pictures damaged in the backup are left out."""


def restore(
    backup: OpenBackup, target: Source, wishes: Wishes, now: datetime, progress: Progress = silently
) -> Restored:
    """Bring everything back as it was at the backup; a Refusal leaves the database as it was."""
    refuse_if_in_use(target.engine)
    if not wishes.replace:
        refuse_unless_empty(target.engine)
    lost = put_back(backup, target.store, progress)
    if lost and not wishes.despite_damage:
        shown = "\n  ".join(lost[:20])
        raise Refusal(
            f"备份中有 {len(lost)} 个照片或录音文件已损坏或缺失，数据库没有动：\n  {shown}\n"
            "请换一份备份；如果没有更好的，加 --despite-damaged-photos 恢复其余部分。"
        )
    found: list[Restored] = []

    def verify(connection: Connection) -> None:
        found.append(_verified(connection, backup, target.store, lost))

    with _at_this_version(backup) as snapshot:
        old_file = load(target.engine, snapshot, verify, f"{now.astimezone(CHINA):%Y%m%d-%H%M%S}", progress)
    whole = found[-1]
    return Restored(whole.rows, whole.pictures, whole.missing, whole.chains, whole.breaks, old_file)


@contextmanager
def _at_this_version(backup: OpenBackup) -> Iterator[Path]:
    """The snapshot, or a copy of it brought up to this version's schema."""
    if backup.manifest.revision == schema.newest():
        yield backup.database
        return
    with TemporaryDirectory(prefix="heshao-restore-") as folder:
        path = Path(folder) / backup.database.name
        prepare(backup.database, path)
        yield path


def _verified(connection: Connection, backup: OpenBackup, store: PhotoStore, lost: list[str]) -> Restored:
    """Compare what was loaded with the backup; a Refusal where rows are missing undoes the restore."""
    rows = count_rows(connection)
    expected = backup.manifest.rows
    if backup.manifest.revision == schema.newest() and rows != expected:
        wrong = [name for name in rows if rows[name] != expected.get(name)]
        raise Refusal(f"恢复后的行数与备份不符（{'、'.join(wrong)}），已撤销，数据库没有动。")
    there = backup.digests.keys() - set(lost)  # each was read back from the store and compared
    missing = [key for key in named_keys(connection) if key not in there and not _has_whole(store, key)]
    chains = [broken for _, broken in audit.verify(Session(connection))]
    return Restored(
        rows,
        count_keys(connection) - len(missing),
        missing,
        len(chains),
        [broken for broken in chains if broken is not None],
        None,
    )


def _has_whole(store: PhotoStore, key: str) -> bool:
    """Whether the store has had it all along."""
    try:
        return is_whole(key, store.read(key), digest_in(key))
    except FileNotFoundError:
        return False
