"""Where photographs and recordings are kept: a folder, or any store fsspec speaks to; addressed by content.

Keys: `original/ab/ab12…`, `large/ab/ab12….jpg`, `small/…`, `recording/ab/ab12….amr`. What is there was
written whole: in a folder under `temporary/`, synced, then renamed; a bucket's put is whole by itself.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Literal
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from services import bucket
from services.bucket import BucketAccess

Size = Literal["large", "small"]
TEMPORARY = "temporary"
KEY = re.compile(r"(?:original|large|small|recording)/([0-9a-f]{2})/\1[0-9a-f]{62}(?:\.[a-z0-9]{1,5})?")


class StoreFull(OSError):
    """The store has no room: try again later."""


class StoreAway(OSError):
    """The store cannot be reached, or not by us: try again later."""


def original_key(digest: str) -> str:
    """Where the original with this SHA-256 (hex) is kept."""
    return f"original/{digest[:2]}/{digest}"


def derived_key(digest: str, size: Size) -> str:
    """Where the picture derived from the original with this SHA-256 is kept."""
    return f"{size}/{digest[:2]}/{digest}.jpg"


class PhotoStore:
    """A content-addressed store at an fsspec URL.

    `file:///srv/photos` is absolute, `file://var/photos` relative to the working directory, `s3://bucket/photos`
    a bucket, reached by `access`.
    """

    def __init__(self, url: str, access: BucketAccess | None = None) -> None:
        in_bucket = url.startswith("s3://")
        options = (access or BucketAccess()).options() if in_bucket else {}
        self._away = bucket.failures() if in_bucket else ()
        self._files, self._root = fsspec.core.url_to_fs(url, **options)
        self._folder = Path(self._root) if isinstance(self._files, LocalFileSystem) else None

    def put_original(self, digest: str, content: bytes) -> str:
        """Keep an original as it came; its key."""
        return self._put(original_key(digest), content)

    def put_derived(self, digest: str, size: Size, content: bytes) -> str:
        """Keep a derived picture; its key."""
        return self._put(derived_key(digest, size), content)

    def put_recording(self, content: bytes, ending: str) -> str:
        """Keep a voice or video under its own digest; its key."""
        digest = hashlib.sha256(content).hexdigest()
        return self._put(f"recording/{digest[:2]}/{digest}.{ending}", content)

    def put(self, key: str, content: bytes) -> str:
        """Keep again what a backup has kept under this key; the key."""
        return self._put(key, content)

    def read(self, key: str) -> bytes:
        """What is kept under this key; FileNotFoundError where nothing is."""
        with self._plainly():
            content: bytes = self._files.cat_file(self._path(key))
        return content

    def exists(self, key: str) -> bool:
        """Whether something is kept under this key."""
        return self._size(key) is not None

    def erase(self, key: str) -> None:
        """Remove it for good; nothing happens where nothing is."""
        if self.exists(key):
            with self._plainly():
                self._files.rm_file(self._path(key))

    def forget_unfinished(self, before: datetime) -> int:
        """Remove what was begun before then and never finished (a process was killed); how many files."""
        if self._folder is None:
            return 0
        files = (self._folder / TEMPORARY).glob("*")
        old = [file for file in files if _last_written(file) < before.timestamp()]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)

    def _path(self, key: str) -> str:
        if not KEY.fullmatch(key):
            raise ValueError(f"not a key of the store: {key!r}")
        return f"{self._root.rstrip('/')}/{key}"

    def _put(self, key: str, content: bytes) -> str:
        path = self._path(key)
        if self._size(key) == len(content):
            return key
        with self._plainly():
            if self._folder is not None:
                _write_whole(self._folder, Path(path), content)
            else:
                self._files.pipe_file(path, content)
        return key

    def _size(self, key: str) -> int | None:
        """In bytes; None where nothing is."""
        try:
            with self._plainly():
                return int(self._files.info(self._path(key))["size"])
        except FileNotFoundError:
            return None

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Whatever the store fails with is an OSError that says what is the matter."""
        try:
            yield
        except self._away as error:
            raise StoreAway(errno.EIO, f"照片存储连不上：{error}") from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT) or any(code in str(error) for code in bucket.FULL):
                raise StoreFull(error.errno, "照片存储空间已满") from error
            raise


def _write_whole(root: Path, path: Path, content: bytes) -> None:
    """Write to a folder so that a crash or a full disk leaves nothing half-written under the name."""
    temporary = root / TEMPORARY / uuid4().hex
    _make_folder(temporary.parent)
    _make_folder(path.parent)
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _last_written(file: Path) -> float:
    """Seconds since 1970; never, where it was finished this very moment."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return inf


def _make_folder(folder: Path) -> None:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _sync(made.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
