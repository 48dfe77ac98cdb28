"""One of many fetches; the token that failed decides; nobody waits for ever."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update

from bot.access_token import DatabaseTokens, MemoryTokens, NoToken, Token, TokenStore
from models.access_token import AccessToken
from models.engine import make_engine
from tests.conftest import Clock


class Platform:
    """Gives the same token until it is forced, or has less than five minutes left."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[bool] = []
        self.number = 0
        self.ends_at = clock() + timedelta(hours=2)
        self.takes_seconds = 0.0
        self.down = False

    def __call__(self, force: bool) -> Token:
        self.asked.append(force)
        time.sleep(self.takes_seconds)
        if self.down:
            raise ConnectionError("down")
        if force or self.clock() > self.ends_at - timedelta(minutes=5):
            self.number += 1
            self.ends_at = self.clock() + timedelta(hours=2)
        return Token(f"T{self.number}", self.ends_at)


@pytest.fixture
def platform(clock: Clock) -> Platform:
    return Platform(clock)


def opened(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with the one table we need, empty."""
    made = make_engine(
        f"sqlite:///{tmp_path}/tokens.db" if kind == "sqlite" else request.getfixturevalue("postgresql")
    )
    AccessToken.metadata.create_all(made, tables=[AccessToken.metadata.tables["access_token"]])
    yield made
    with made.begin() as connection:
        connection.execute(delete(AccessToken))
    made.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    yield from opened(request.param, request, tmp_path)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[TokenStore]:
    if request.param == "memory":
        yield MemoryTokens(clock)
        return
    for made in opened(request.param, request, tmp_path):
        yield DatabaseTokens(made, clock)


def test_a_token_is_fetched_once_and_kept(store: TokenStore, platform: Platform, clock: Clock) -> None:
    assert store.token("a", platform).value == "T0"
    clock.forward(minutes=114)
    assert store.token("a", platform).value == "T0"
    assert platform.asked == [False]


def test_two_accounts_have_two_tokens(store: TokenStore, platform: Platform) -> None:
    store.token("a", platform)
    store.token("b", platform)
    assert len(platform.asked) == 2


def test_sixteen_threads_from_cold_fetch_once(store: TokenStore, platform: Platform) -> None:
    platform.takes_seconds = 0.2
    with ThreadPoolExecutor(16) as threads:
        tokens = list(threads.map(lambda _: store.token("a", platform).value, range(16)))
    assert tokens == ["T0"] * 16
    assert platform.asked == [False]


def test_sixteen_threads_with_the_same_failed_token_fetch_once(store: TokenStore, platform: Platform) -> None:
    store.token("a", platform)
    platform.number, platform.takes_seconds = 1, 0.1
    with ThreadPoolExecutor(16) as threads:
        tokens = list(threads.map(lambda _: store.token("a", platform, failed="T0").value, range(16)))
    assert tokens == ["T1"] * 16
    assert platform.asked == [False, False]


def test_who_is_late_with_a_failed_token_gets_the_newer_one(store: TokenStore, platform: Platform) -> None:
    store.token("a", platform)
    platform.number = 1
    store.token("a", platform, failed="T0")
    assert store.token("a", platform, failed="T0").value == "T1"
    assert len(platform.asked) == 2


def test_a_new_token_is_forced_only_where_the_refused_one_is_given_again(
    store: TokenStore, platform: Platform, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    store.token("a", platform)
    assert store.token("a", platform, failed="T0").value == "T1"
    assert platform.asked == [False, False, True]
    assert store.token("a", platform, failed="T1").value == "T1", "not twice within a minute"
    assert platform.asked == [False, False, True, False]
    clock.forward(seconds=60)
    assert store.token("a", platform, failed="T1").value == "T2"
    assert "T0" not in caplog.text
    assert "T1" not in caplog.text


def test_five_minutes_before_its_end_a_newer_one_is_asked_for(
    store: TokenStore, platform: Platform, clock: Clock
) -> None:
    store.token("a", platform)
    clock.forward(minutes=115, seconds=1)
    assert store.token("a", platform).value == "T1"


def test_the_old_one_serves_while_no_newer_one_is_to_be_had(
    store: TokenStore, platform: Platform, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    store.token("a", platform)
    clock.forward(minutes=116)
    platform.down = True
    assert [store.token("a", platform).value for _ in range(5)] == ["T0"] * 5
    assert platform.asked == [False, False], "asked again only after half a minute"
    clock.forward(seconds=31)
    assert store.token("a", platform).value == "T0"
    assert len(platform.asked) == 3
    clock.forward(minutes=4)
    with pytest.raises(ConnectionError):
        store.token("a", platform)
    platform.down = False
    assert store.token("a", platform).value == "T1"
    assert caplog.messages.count("no newer access token to be had; the old one is used while it lasts") == 2


def test_the_old_one_serves_while_another_thread_fetches(
    store: TokenStore, platform: Platform, clock: Clock
) -> None:
    store.token("a", platform)
    clock.forward(minutes=116)
    platform.takes_seconds = 0.5
    fetching = threading.Thread(target=store.token, args=("a", platform))
    fetching.start()
    while len(platform.asked) < 2:
        time.sleep(0.01)
    assert store.token("a", platform).value == "T0"
    fetching.join()
    assert store.token("a", platform).value == "T1"


@pytest.mark.parametrize("kind", ["memory", "database"])
def test_nobody_waits_for_ever(kind: str, engine: Engine, clock: Clock, platform: Platform) -> None:
    store: TokenStore = (
        MemoryTokens(clock, wait_seconds=0.1)
        if kind == "memory"
        else DatabaseTokens(engine, clock, wait_seconds=0.1)
    )
    platform.takes_seconds = 1
    fetching = threading.Thread(target=store.token, args=("a", platform))
    fetching.start()
    while not platform.asked:
        time.sleep(0.01)
    with pytest.raises(NoToken):
        store.token("a", platform)
    fetching.join()


def test_after_a_failed_fetch_the_next_one_may_try(store: TokenStore, platform: Platform) -> None:
    platform.down = True
    with pytest.raises(ConnectionError):
        store.token("a", platform)
    platform.down = False
    assert store.token("a", platform).value == "T0"


def test_a_fetcher_that_died_is_overtaken(engine: Engine, clock: Clock, platform: Platform) -> None:
    store = DatabaseTokens(engine, clock, lease_seconds=20, wait_seconds=0.2)

    def dies(force: bool) -> Token:
        raise SystemExit

    with pytest.raises(SystemExit):
        store.token("a", dies)
    with engine.begin() as connection:  # as after kill -9, where nothing is let go
        connection.execute(
            update(AccessToken).values(holder="gone", leased_until=clock() + timedelta(seconds=20))
        )
    with pytest.raises(NoToken):
        store.token("a", platform)
    clock.forward(seconds=20)
    assert store.token("a", platform).value == "T0"


def test_who_was_overtaken_lets_the_other_keep_the_lease(
    engine: Engine, clock: Clock, platform: Platform
) -> None:
    store = DatabaseTokens(engine, clock, lease_seconds=20)

    def is_overtaken(force: bool) -> Token:
        with engine.begin() as connection:
            connection.execute(update(AccessToken).values(holder="another"))
        return platform(force)

    assert store.token("a", is_overtaken).value == "T0"
    with engine.connect() as connection:
        assert connection.execute(AccessToken.__table__.select()).one().holder == "another"


def test_a_token_that_came_between_the_look_and_the_lease_is_used(
    engine: Engine, clock: Clock, platform: Platform
) -> None:
    class Late(DatabaseTokens):
        def _take(self, app_id: str) -> bool:
            DatabaseTokens(engine, clock).token(app_id, platform)
            return super()._take(app_id)

    assert Late(engine, clock).token("a", platform).value == "T0"
    assert platform.asked == [False]


def test_two_engines_over_one_database_do_not_take_turns(
    engine: Engine, clock: Clock, platform: Platform
) -> None:
    other_engine = make_engine(url_of(engine))
    stores = [DatabaseTokens(engine, clock), DatabaseTokens(other_engine, clock)]
    tokens = {stores[turn % 2].token("a", platform).value for turn in range(20)}
    assert (tokens, platform.asked) == ({"T0"}, [False])
    other_engine.dispose()


FETCHER = """
import sys, time
from datetime import UTC, datetime, timedelta
from bot.access_token import DatabaseTokens, Token
from models.engine import make_engine
now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
def fetch(force):
    print("fetched", flush=True)
    time.sleep(0.3)
    return Token("T", now + timedelta(hours=2))
store = DatabaseTokens(make_engine(sys.argv[1]), lambda: now)
for _ in range(10):
    assert store.token("a", fetch).value == "T"
"""


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_real_processes_from_cold_fetch_once(engine: Engine) -> None:
    command = [sys.executable, "-c", FETCHER, url_of(engine)]
    root = Path(__file__).parents[2]
    running = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 2
    assert "".join(said).count("fetched") == 1


def test_a_token_is_in_no_representation(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert "SECRET" not in repr(Token("SECRET", clock()))


def test_threads_that_race_for_a_row_that_is_not_there(
    engine: Engine, clock: Clock, platform: Platform
) -> None:
    platform.takes_seconds = 0.05
    stores = [DatabaseTokens(engine, clock) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda store: store.token("a", platform).value, stores)) == ["T0"] * 8
    assert len(platform.asked) == 1
