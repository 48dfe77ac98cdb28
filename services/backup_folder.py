"""A folder of backups: one is made at a time, has its name only when it is whole, and old ones go."""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from rules.refusal import Refusal
from rules.workdays import CHINA
from services.manifest import MANIFEST

NAME = re.compile(r"heshao-\d{8}-\d{6}")
UNFINISHED = ".unfinished"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class BackupFolder:
    """Where backups lie: `heshao-20261123-031000`, in China time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else makes a backup here meanwhile; what a killed one left behind is removed."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with the process, however that ends
            except BlockingIOError as error:
                raise Refusal(f"{self.path} 里正在做另一份备份，请等它完成。") from error
            for left in self.path.glob(f"*{UNFINISHED}"):
                shutil.rmtree(left)
            yield
        finally:
            os.close(handle)

    def whole(self) -> list[Path]:
        """The backups, oldest first."""
        if not self.path.is_dir():
            return []
        return sorted(
            path for path in self.path.iterdir()
            if NAME.fullmatch(path.name) and (path / MANIFEST).is_file()
        )  # fmt: skip

    @contextmanager
    def unfinished(self, now: datetime) -> Iterator[Path]:
        """A new backup's folder: it gets its name when all is written, and is removed if that fails."""
        path = self._free_name(now)
        begun = path.with_name(path.name + UNFINISHED)
        begun.mkdir(mode=0o700)
        try:
            yield begun
            for folder in (begun, *(inner for inner in begun.rglob("*") if inner.is_dir())):
                sync(folder)
            begun.rename(path)
        except BaseException:
            shutil.rmtree(begun, ignore_errors=True)
            raise
        sync(self.path)

    def newest(self) -> Path | None:
        """The last backup, if there is one."""
        return next(reversed(self.whole()), None)

    def forget(self, old: list[Path]) -> None:
        """Remove these; one whose removal is cut short no longer looks whole."""
        for path in old:
            doomed = path.with_name(path.name + UNFINISHED)
            path.rename(doomed)
            shutil.rmtree(doomed)

    def _free_name(self, now: datetime) -> Path:
        while (path := self.path / f"heshao-{now.astimezone(CHINA):%Y%m%d-%H%M%S}").exists():
            now += timedelta(seconds=1)
        return path


def sync(folder: Path) -> None:
    """Make the names in this folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def full_disk_in_words(sentence: str) -> Iterator[None]:
    """A disk without room is this sentence; every other error stays what it is."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Refusal(sentence) from error
        raise
