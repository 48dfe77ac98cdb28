"""The real server: clients who say nothing, half a header, or a byte of the body at a time hold up nobody else."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.serve import processes
from config import Server
from story.stage import free_port
from tests.bot.pushing import Push, plain, text

ROOT = Path(__file__).parent.parent.parent
SLOW = 24
"""Many times the threads."""
MANY = 300


@pytest.fixture(scope="module")
def port(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A web process as `flask serve` starts it."""
    folder, port = tmp_path_factory.mktemp("slow"), free_port()
    shutil.copy(migrated, folder / "heshao.db")
    account = {
        "APP_ID": "wx0123456789abcdef",
        "APP_SECRET": "s",
        "TOKEN": "token",
        "ENCODING_AES_KEY": "A" * 43,
    }
    environment = {
        **os.environ,
        **{f"HESHAO__WECHAT__ACCOUNT__{name}": value for name, value in account.items()},
        "HESHAO_CONFIG": str(ROOT / "config.example.toml"),
        "HESHAO__DATABASE__URL": f"sqlite:///{folder}/heshao.db",
        "HESHAO__QUEUE__URL": f"sqlite:///{folder}/queue.db",
        "HESHAO__PHOTOS__URL": (folder / "photos").as_uri(),
    }
    command = processes(Server(port=port, threads=4))["web"]
    command[command.index("--http1-header-read-timeout") + 1] = "1000"  # not five seconds: tests do not sleep
    with subprocess.Popen(command, cwd=ROOT, env=environment, process_group=0) as server:
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise AssertionError("the server did not come up")


@contextlib.contextmanager
def clients(port: int, number: int, begins: bytes) -> Iterator[list[socket.socket]]:
    """So many who begin like this and then take their time."""
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 5)) for _ in range(number)
        ]
        for one in opened:
            one.sendall(begins)
        yield opened


def pushed(port: int, push: Push) -> tuple[int, float]:
    """The status of an ordinary message, and the seconds it took."""
    query = "&".join(f"{name}={value}" for name, value in push.query.items())
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("POST", f"/wechat?{query}", push.body)
        status = connection.getresponse().status
    return status, time.perf_counter() - began


def message(serial: int) -> Push:
    return plain(text("帮助", serial), time.time())  # noqa: TID251 - the server's clock is the real one


def test_a_byte_at_a_time(port: int) -> None:
    query = "&".join(f"{name}={value}" for name, value in message(0).query.items())
    head = f"POST /wechat?{query} HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\nx".encode()
    with clients(port, SLOW, head) as slow:
        for serial in range(20):
            for one in slow:
                one.sendall(b"x")
            status, seconds = pushed(port, message(serial))
            assert status == 200
            assert seconds < 3


def test_hundreds_who_send_a_body_slowly_and_then_say_what_they_want(port: int) -> None:
    query = "&".join(f"{name}={value}" for name, value in message(300).query.items())
    head = f"POST /wechat?{query} HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nx".encode()
    with clients(port, MANY, head) as slow:
        status, seconds = pushed(port, message(302))
        assert status == 200
        assert seconds < 3
        for one in slow:
            one.sendall(b"x" * 9)
        for one in slow:
            one.settimeout(20)
            assert one.recv(12) == b"HTTP/1.1 400"


def test_slow_clients_who_go_away_are_forgotten(port: int) -> None:
    head = b"POST /wechat HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nx"
    for _ in range(8):  # more than there may be at one time
        with clients(port, MANY, head):
            pass
    assert pushed(port, message(305))[0] == 200


@pytest.mark.parametrize(
    "begins", [b"", b"POST /wechat HTTP/1.1\r\nHost: he"], ids=["silent", "half a header"]
)
def test_three_hundred_who_say_nothing(port: int, begins: bytes) -> None:
    with clients(port, MANY, begins):
        for serial in range(5):
            status, seconds = pushed(port, message(100 + serial))
            assert status == 200
            assert seconds < 3


def test_who_says_nothing_is_shown_out(port: int) -> None:
    with clients(port, 1, b"") as (silent,):
        silent.settimeout(15)
        assert silent.recv(1) == b""


def test_ten_megabytes_are_refused(port: int) -> None:
    head = b"POST /wechat HTTP/1.1\r\nHost: here\r\nContent-Length: 10000000\r\n\r\n"
    with clients(port, 1, head) as (large,):
        assert b" 413 " in large.recv(100)
    chunked = b"POST /wechat HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
    with clients(port, 1, chunked) as (large,):
        with contextlib.suppress(OSError):
            for _ in range(10):
                large.sendall(b"F4240\r\n" + b"x" * 1_000_000 + b"\r\n")
        assert b" 413 " in large.recv(100)
    assert pushed(port, message(200))[0] == 200
