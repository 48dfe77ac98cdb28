"""A disk that can be full: a small tmpfs where this user may mount one, else a limit on what may be written."""

import contextlib
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PIECES = (1 << 20, 1 << 12)
"""Bytes written at a time until none goes in any more."""


@dataclass
class Disk:
    """`kind` says what plays the full disk; `fill` and `free` act on the running processes."""

    kind: str
    fill: Callable[[Iterable[int]], None]
    free: Callable[[Iterable[int]], None]


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk | None]:
    """A disk at `folder`; None where this machine offers no way to fill one."""
    folder.mkdir(parents=True, exist_ok=True)
    if _mount(folder, megabytes):
        try:
            yield _tmpfs(folder, megabytes)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607
    elif sys.platform == "linux":
        yield Disk("RLIMIT_FSIZE on the product's processes (no tmpfs may be mounted here)", _forbid, _allow)
    else:
        yield None


def _mount(folder: Path, megabytes: int) -> bool:
    if sys.platform != "linux" or shutil.which("mount") is None:
        return False
    how = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(how, capture_output=True, check=False).returncode == 0  # noqa: S603


def _tmpfs(folder: Path, megabytes: int) -> Disk:
    ballast = folder / "ballast"

    def fill(_: Iterable[int]) -> None:
        shorten_wal(folder / "heshao.db")
        with ballast.open("wb", buffering=0) as file:
            for piece in PIECES:
                with contextlib.suppress(OSError):  # full: what was wanted
                    while True:
                        if file.write(bytes(piece)) < piece:
                            break

    def free(_: Iterable[int]) -> None:
        ballast.unlink(missing_ok=True)

    return Disk(f"tmpfs of {megabytes} MB, filled to the last page", fill, free)


def shorten_wal(database: Path) -> None:
    """Give the write-ahead log's space back: with a long one, SQLite would write on although the disk is full."""
    if database.exists():
        with contextlib.closing(sqlite3.connect(database, timeout=5)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _forbid(pids: Iterable[int]) -> None:
    _limit(pids, 1)


def _allow(pids: Iterable[int]) -> None:
    _limit(pids, resource.RLIM_INFINITY)


def _limit(pids: Iterable[int], size: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
