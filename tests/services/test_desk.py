"""The desk: the whole or nothing, collisions done again, nobody waits for ever, and no secrets in its log."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from models.engine import make_engine
from models.follower import Follower
from models.setting import Counter
from services.case_links import CaseLinks
from services.desk import Busy, Collided, Desk, Work
from tests.conftest import Clock


def write(work: Work, name: str, value: int = 1) -> None:
    work.session.add(Counter(name=name, value=value))
    work.session.flush()
    work.wakes.add("deliver")


def names(desk: Desk) -> list[str]:
    with desk.reading() as work:
        return list(work.session.scalars(select(Counter.name).order_by(Counter.name)))


def test_work_that_fails_leaves_nothing_and_wakes_nobody(desk: Desk, woken: list[str]) -> None:
    def half(work: Work) -> None:
        write(work, "half")
        raise ValueError("the rest could not be done")

    with pytest.raises(ValueError, match="the rest"):
        desk.do(half)
    assert names(desk) == []
    assert woken == []


def test_workers_are_woken_after_the_commit(desk: Desk, woken: list[str]) -> None:
    desk.do(write, "one")
    assert (names(desk), woken) == (["one"], ["deliver"])


@pytest.mark.parametrize("collision", [IntegrityError("", {}, Exception()), StaleDataError("")])
def test_a_collision_is_done_again(desk: Desk, collision: Exception) -> None:
    tries = []

    def once(work: Work) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise collision
        return "done"

    assert desk.do(once) == "done"
    assert len(tries) == 2


def test_a_collision_that_stays_is_believed(desk: Desk) -> None:
    desk.do(write, "one")
    with pytest.raises(IntegrityError):
        desk.do(write, "one")


def test_a_worker_that_cannot_be_woken_does_not_undo_what_is_committed(
    make_desk: Callable[..., Desk], caplog: pytest.LogCaptureFixture
) -> None:
    desk = make_desk()

    def broken(name: str) -> None:
        raise OSError("the queue's folder is gone")

    desk._wake = broken
    desk.do(write, "one")
    assert names(desk) == ["one"]
    assert "could not be woken" in caplog.text


def test_each_row_has_its_own_transaction_and_one_that_fails_holds_up_nobody(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(3):
        desk.do(write, f"row {n}", n)

    def raise_it(work: Work, counter: Counter) -> None:
        if counter.value == 1:
            raise ValueError("this one cannot")
        counter.value += 10

    assert desk.each(select(Counter).order_by(Counter.name), raise_it) == 2
    with desk.reading() as work:
        assert sorted(work.session.scalars(select(Counter.value))) == [1, 10, 12]
    assert "this one cannot" in caplog.text


def test_nobody_waits_past_their_patience_for_a_turn(tmp_path: Any, clock: Clock, desk: Desk) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/patience.db")
    hasty = Desk(engine, clock, desk.rulebook, desk.random, lambda name: None, CaseLinks("", lambda: ""), 0.2)
    holding, done = threading.Event(), threading.Event()

    def hold(work: Work) -> None:
        holding.set()
        done.wait(10)

    slow = threading.Thread(target=hasty.do, args=(hold,))
    slow.start()
    holding.wait(10)
    began = time.monotonic()
    with pytest.raises(Busy):
        hasty.do(hold)
    assert time.monotonic() - began < 3
    done.set()
    slow.join()
    engine.dispose()


def test_what_was_to_be_written_is_not_in_the_errors_text(desk: Desk) -> None:
    def meet(work: Work, pseudonym: str) -> None:
        work.session.add(
            Follower(openid="o-secret-openid", pseudonym=pseudonym, met_at=work.now, following=True)
        )
        work.session.flush()

    desk.do(meet, "p1")
    with pytest.raises((IntegrityError, OperationalError)) as failed:
        desk.do(meet, "p2")
    assert "o-secret-openid" not in str(failed.value).split("DETAIL")[0]


def test_a_server_that_was_restarted_is_met_again_without_a_word(desk: Desk) -> None:
    """PostgreSQL drops every connection when it restarts; SQLite has none to drop."""
    desk.do(write, "before")
    if desk.engine.dialect.name == "sqlite":
        desk.engine.dispose()
    else:
        server = make_engine(desk.engine.url.render_as_string(hide_password=False))
        with server.connect() as other:
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        server.dispose()
    desk.do(write, "after")
    assert desk.look(lambda work: work.session.get_one(Counter, "after").value) == 1
    assert names(desk) == ["after", "before"]


def test_a_postgresql_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = make_engine(
            f"postgresql://someone@127.0.0.1:{silent.getsockname()[1]}/heshao", wait_seconds=1
        )
        began = time.monotonic()
        with pytest.raises(OperationalError, match="timeout"):
            engine.connect()
        assert time.monotonic() - began < 15
        engine.dispose()


def test_a_row_that_another_holds_is_not_waited_for_for_ever(desk: Desk, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        return  # has its line: see test_nobody_waits_past_their_patience_for_a_turn
    desk.do(write, "held")
    hasty = make_engine(engine.url.render_as_string(hide_password=False), wait_seconds=0.1)
    held = text("SELECT value FROM counter WHERE name = 'held' FOR UPDATE")
    with engine.begin() as first, hasty.connect() as second:
        first.execute(held)
        with pytest.raises(OperationalError, match="lock timeout"):
            second.execute(held)
    hasty.dispose()


def ahead(work: Work, names: Sequence[str]) -> None:
    work.batch.ahead.update(dict.fromkeys(names, "read ahead"))


def test_one_of_many_that_fails_is_the_only_one(desk: Desk) -> None:
    def step(work: Work, name: str) -> str:
        if name == "b":
            raise ValueError("this one cannot")
        write(work, name)
        return name

    first, broken, last = desk.do_prepared_each([lambda: "a", lambda: "b", lambda: "c"], step, ahead)
    assert (first, last, names(desk)) == ("a", "c", ["a", "c"])
    assert isinstance(broken, ValueError)


def test_what_collides_beside_others_is_done_again(desk: Desk) -> None:
    tries: list[Any] = []

    def step(work: Work, name: str) -> str:
        tries.append((name, work.batch.ahead.get(name, "for itself")))
        if len(tries) < 6 and name == "b":
            raise Collided
        write(work, name)
        return name

    assert desk.do_prepared_each([lambda: "a", lambda: "b"], step, ahead) == ["a", "b"]
    assert (tries[0], tries[-1]) == (("a", "read ahead"), ("b", "for itself"))
    assert names(desk) == ["a", "b"]


def test_one_whose_row_another_holds_does_not_keep_the_others_of_the_batch_past_the_platforms_patience(
    desk: Desk, engine: Engine
) -> None:
    if desk.engine.dialect.name == "sqlite":
        return  # nobody holds a single row there
    desk.do(write, "held")

    def step(work: Work, name: str) -> str:
        if name == "held":
            work.connection.execute(text("UPDATE counter SET value = 2 WHERE name = 'held'"))
        else:
            write(work, name)
        return name

    with engine.begin() as other:
        other.execute(text("UPDATE counter SET value = 3 WHERE name = 'held'"))
        began = time.monotonic()
        first, held, last = desk.do_prepared_each([lambda: "a", lambda: "held", lambda: "c"], step, ahead)
        assert time.monotonic() - began < 3
    assert (first, last, names(desk)) == ("a", "c", ["a", "c", "held"])
    assert isinstance(held, OperationalError)


def test_batch_after_batch_on_one_connection(desk: Desk) -> None:
    """The driver prepares what it hears often; what begins a batch is to be said any number of times."""

    def step(_work: Work, name: str) -> str:
        return name

    for _ in range(12):
        assert desk.do_prepared_each([lambda: "a", lambda: "b"], step, ahead) == ["a", "b"]
