"""The pictures and recordings that a snapshot names: copied with their digests verified, or named as missing.

Unchanged ones are linked from the backup before (hard links), so that each backup is whole by itself and only
what is new takes room; a damaged one is fetched afresh.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import Connection, func, select

from models.evidence import Arrival, Evidence, Photo
from rules.refusal import Refusal
from services.manifest import PHOTOS, SumsWriter, read_sums, write_private
from services.photo_store import PhotoStore, derived_key, original_key
from services.snapshot import Progress, silently

THREADS = 8
BATCH = 8 * THREADS
RESERVE = 500_000_000
"""Bytes left free on the disk of the backups: it may be the one the product lives on."""


def named_keys(connection: Connection) -> Iterator[str]:
    """Every key of the store that this database names."""
    photos = select(Photo.digest).order_by(Photo.digest)
    for (digest,) in connection.execute(photos, execution_options={"yield_per": 1000}):
        yield original_key(digest)
        yield derived_key(digest, "large")
        yield derived_key(digest, "small")
    recordings = select(Evidence.stored_as).where(
        Evidence.arrival == Arrival.STORED, Evidence.stored_as != ""
    )
    for (key,) in connection.execute(recordings.distinct().order_by(Evidence.stored_as)):
        yield key


def count_keys(connection: Connection) -> int:
    """How many those are."""
    photos = connection.scalar(select(func.count()).select_from(Photo)) or 0
    kept = select(func.count(Evidence.stored_as.distinct())).where(
        Evidence.arrival == Arrival.STORED, Evidence.stored_as != ""
    )
    return 3 * photos + (connection.scalar(kept) or 0)


def digest_in(key: str) -> str | None:
    """The digest that a key promises; None for derived pictures, which are named for their original."""
    kind, _, name = key.split("/")
    return name.partition(".")[0] if kind in ("original", "recording") else None


def is_whole(key: str, content: bytes, expected: str | None) -> bool:
    """Whether this is what the key promises: by its digest, or for a derived picture a JPEG with its end."""
    if expected is None:
        return content.startswith(b"\xff\xd8") and content.endswith(b"\xff\xd9")
    return hashlib.sha256(content).hexdigest() == expected


@dataclass
class Copied:
    """What came of copying."""

    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    """Neither the store nor the backup before has it whole."""
    only_here: list[str] = field(default_factory=list)
    """No longer in the store, but in the backup before, and so in this one."""


@dataclass(frozen=True)
class _Outcome:
    key: str
    digest: str = ""
    bytes: int = 0
    is_in_store: bool = True


class PhotoCopier:
    """Copies into one new backup."""

    def __init__(self, store: PhotoStore, into: Path, before: Path | None, reserve: int = RESERVE) -> None:
        self._store = store
        self._into = into
        self._before = before
        self._known = _derived_digests(before) if before else {}
        self._reserve = reserve

    def copy(
        self, keys: Iterable[str], total: int, sums: SumsWriter, progress: Progress = silently
    ) -> Copied:
        """Copy all of these. A Refusal when the disk would become full."""
        copied = Copied()
        with ThreadPoolExecutor(THREADS, thread_name_prefix="backup") as pool:
            done = chain.from_iterable(self._batch(pool, batch) for batch in _batches(keys))
            for outcome in progress(done, total, "照片"):
                _count(copied, outcome, sums)
        return copied

    def _batch(self, pool: ThreadPoolExecutor, keys: list[str]) -> Iterator[_Outcome]:
        refuse_a_nearly_full_disk(self._into, self._reserve)
        return pool.map(self._one, keys)

    def _one(self, key: str) -> _Outcome:
        path = self._into / PHOTOS / key
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        linked = self._link(key, path)
        if linked is not None:
            return linked
        try:
            content = self._store.read(key)
        except FileNotFoundError:
            return _Outcome(key)
        if not is_whole(key, content, digest_in(key)):
            return _Outcome(key)
        write_private(path, content)
        return _Outcome(key, hashlib.sha256(content).hexdigest(), len(content))

    def _link(self, key: str, path: Path) -> _Outcome | None:
        """Take it from the backup before, if it is there and whole."""
        expected = digest_in(key) or self._known.get(key)
        if self._before is None or expected is None:
            return None
        old = self._before / PHOTOS / key
        try:
            content = old.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() != expected:
            return None
        try:
            os.link(old, path)
        except OSError:  # a file system without hard links
            write_private(path, content)
        return _Outcome(key, expected, len(content), self._store.exists(key))


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    source = iter(keys)
    while batch := list(islice(source, BATCH)):
        yield batch


def _count(copied: Copied, outcome: _Outcome, sums: SumsWriter) -> None:
    if not outcome.digest:
        copied.missing.append(outcome.key)
        return
    sums.add(outcome.digest, f"{PHOTOS}/{outcome.key}")
    copied.files += 1
    copied.bytes += outcome.bytes
    if not outcome.is_in_store:
        copied.only_here.append(outcome.key)


def _derived_digests(backup: Path) -> dict[str, str]:
    """Digests of the derived pictures in a backup; the others carry theirs in their names."""
    names = ((name.removeprefix(f"{PHOTOS}/"), digest) for digest, name in read_sums(backup))
    try:
        return {key: digest for key, digest in names if key.startswith(("large/", "small/"))}
    except Refusal:  # that backup is damaged: these are fetched from the store
        return {}


def refuse_a_nearly_full_disk(path: Path, reserve: int, needed: int = 0) -> None:
    """A Refusal when so many bytes more would leave less than the reserve."""
    free = shutil.disk_usage(path).free
    if free - needed < reserve:
        raise Refusal(
            f"备份所在的磁盘只剩 {free // 1_000_000} MB。为了不影响河哨运行，备份没有完成；"
            "请清理磁盘，或把 [backup] folder 放到更大的磁盘上。"
        )
