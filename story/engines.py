"""A PostgreSQL, a Redis and an S3 store to play on: the named one, else localhost's, else one of our own.

`HESHAO_TEST_POSTGRESQL` and `HESHAO_TEST_REDIS` name one by its URL (one that does not answer is an error); `own`
means: do not look, start one. Starting takes half a second.
"""

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import redis
import requests

from story.servers import (
    NoEngine,
    PrivateServer,
    postgresql_answers,
    private_postgresql,
    private_redis,
    redis_answers,
)

ON_LOCALHOST = {
    "HESHAO_TEST_POSTGRESQL": "postgresql://127.0.0.1:5432/test",
    "HESHAO_TEST_REDIS": "redis://127.0.0.1:6379/0",
}
CLAIM = """
for _, key in ipairs(redis.call('KEYS', '*')) do return 0 end
redis.call('SET', KEYS[1], 'claimed')
return 1
"""
"""Takes a database of a Redis that is empty, in one step."""
_numbers = count(1)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL where databases may be created. Raises NoEngine."""
    with _chosen("HESHAO_TEST_POSTGRESQL", postgresql_answers, private_postgresql) as url:
        yield url


@contextmanager
def database(server: str) -> Iterator[str]:
    """The URL of a new database of its own in this PostgreSQL, gone afterwards."""
    name = f"heshao_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    address = urlsplit(server)
    try:
        yield urlunsplit(address._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of a Redis; `redis_database` takes a database in it. Raises NoEngine."""
    with _chosen("HESHAO_TEST_REDIS", redis_answers, private_redis) as url:
        yield url


@contextmanager
def redis_database(server: str) -> Iterator[str]:
    """The URL of a database of this Redis that was empty, emptied again afterwards."""
    with redis.Redis.from_url(server) as client:
        numbers = range(int(client.config_get("databases")["databases"]))
    for number in reversed(numbers):
        url = urlunsplit(urlsplit(server)._replace(path=f"/{number}"))
        with redis.Redis.from_url(url) as mine:
            if not mine.eval(CLAIM, 1, "heshao:story"):
                continue
            try:
                yield url
            finally:
                mine.flushdb()
            return
    raise NoEngine(
        f"every database of the Redis at {server} holds something; name another by HESHAO_TEST_REDIS"
    )


@contextmanager
def s3_server() -> Iterator[str]:
    """The URL of an S3 server of this process (moto), with the bucket `photos` in it."""
    with s3_server_again() as (url, _, _):
        yield url


@contextmanager
def s3_server_again() -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """The same, with what stops it and what starts it again with its data and its port."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moto.server import ThreadedMotoServer
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # not a line for every request
    servers = [ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)]
    servers[-1].start()
    host, port = servers[-1].get_host_and_port()

    def start() -> None:
        servers.append(ThreadedMotoServer(ip_address=host, port=port, verbose=False))
        servers[-1].start()

    try:
        requests.put(f"http://{host}:{port}/photos", timeout=10).raise_for_status()
        yield f"http://{host}:{port}", lambda: servers[-1].stop(), start
    finally:
        servers[-1].stop()


def bucket(server: str) -> dict[str, str]:
    """The keys of `[photos]` that lead to an empty place in the bucket of this S3 server."""
    return {
        "url": f"s3://photos/{uuid4().hex}", "endpoint": server, "region": "us-east-1", "access_key": "story",
        "secret_key": "not a secret", "path_style": "true",
    }  # fmt: skip


def installation(postgresql: str, redis: str, photos: dict[str, str]) -> dict[str, str]:
    """The HESHAO__… variables of an installation on these."""
    return {
        "HESHAO__DATABASE__URL": postgresql,
        "HESHAO__QUEUE__URL": redis,
        **{f"HESHAO__PHOTOS__{key.upper()}": value for key, value in photos.items()},
    }


@contextmanager
def large_installation() -> Iterator[dict[str, str]]:
    """The HESHAO__… variables of an installation on PostgreSQL, Redis and S3, all empty. Raises NoEngine."""
    with (
        postgresql() as server, database(server) as rows, redis_server() as memory,
        redis_database(memory) as queue, s3_server() as store,
    ):  # fmt: skip
        yield installation(rows, queue, bucket(store))


@contextmanager
def _chosen(
    name: str, answers: Callable[[str], bool], private: Callable[[], AbstractContextManager[PrivateServer]]
) -> Iterator[str]:
    named = os.environ.get(name, "")
    if named not in ("", "own"):
        if not answers(named):
            raise ConnectionError(f"{name}={named} does not answer")
        yield named
    elif not named and answers(ON_LOCALHOST[name]):
        yield ON_LOCALHOST[name]
    else:
        with private() as server:
            yield server.url
