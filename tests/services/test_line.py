"""Waiting in line on SQLite: what waited together is committed together, and nobody pays for another's fault."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

import config
from models.engine import make_engine
from models.setting import Counter
from services.case_links import CaseLinks
from services.desk import Desk, Work
from services.line import Line, Piece
from services.rulebook import rulebook_from
from tests.conftest import Clock


@pytest.fixture
def desk(tmp_path: Path, migrated: Path, clock: Clock, example: config.Config) -> Iterator[Desk]:
    """A desk over SQLite alone: PostgreSQL has no line."""
    (tmp_path / "line.db").write_bytes(migrated.read_bytes())
    engine = make_engine(f"sqlite:///{tmp_path}/line.db")
    yield Desk(
        engine, clock, rulebook_from(example), Random(1), lambda name: None, CaseLinks("", lambda: ""), 10
    )
    engine.dispose()


@pytest.fixture
def commits(desk: Desk) -> list[int]:
    """One entry for each commit."""
    seen: list[int] = []
    event.listen(desk.engine, "commit", lambda connection: seen.append(1))
    return seen


@contextmanager
def occupied(desk: Desk, waiting: int) -> Iterator[None]:
    """Nobody's turn comes until so many wait in line."""
    started, go = threading.Event(), threading.Event()

    def hold(work: Work) -> None:
        started.set()
        assert go.wait(10)

    holder = threading.Thread(target=desk.do, args=(hold,))
    holder.start()
    assert started.wait(10)
    yield
    assert desk._line is not None
    while len(desk._line._waiting) < waiting:
        threading.Event().wait(0.002)
    go.set()
    holder.join()


def together(desk: Desk, *steps: Callable[[Work], Any]) -> list[Future[Any]]:
    """Have these done at once, each asked for by its own thread, in this order."""
    pool = ThreadPoolExecutor(len(steps))
    with occupied(desk, len(steps)):
        futures = []
        for number, step in enumerate(steps, 1):
            futures.append(pool.submit(desk.do, step))
            while len(desk._line._waiting) < number:  # type: ignore[union-attr]
                threading.Event().wait(0.001)
    pool.shutdown()
    return futures


def write(name: str, value: int = 1) -> Callable[[Work], str]:
    def step(work: Work) -> str:
        work.session.add(Counter(name=name, value=value))
        work.session.flush()
        return name

    return step


def names(desk: Desk) -> list[str]:
    with desk.reading() as work:
        return list(work.session.scalars(select(Counter.name).order_by(Counter.name)))


def test_those_who_wait_are_served_with_one_commit(desk: Desk, commits: list[int]) -> None:
    futures = together(desk, *(write(f"n{n}") for n in range(8)))
    assert [future.result() for future in futures] == [f"n{n}" for n in range(8)]
    assert names(desk) == [f"n{n}" for n in range(8)]
    assert len(commits) == 2, "the one that held up the others, and the others"


def test_one_that_fails_beside_others_fails_alone(desk: Desk, commits: list[int]) -> None:
    def half(work: Work) -> None:
        write("half")(work)
        raise ValueError("the rest could not be done")

    first, broken, last = together(desk, write("a"), half, write("z"))
    with pytest.raises(ValueError, match="the rest"):
        broken.result()
    assert (first.result(), last.result(), names(desk)) == ("a", "z", ["a", "z"])
    assert len(commits) == 2


def test_a_failed_flush_takes_nobody_with_it(desk: Desk) -> None:
    desk.do(write("there"))
    before, twice, after = together(desk, write("a"), write("there"), write("z"))
    with pytest.raises(IntegrityError):
        twice.result()
    assert (before.result(), after.result(), names(desk)) == ("a", "z", ["a", "there", "z"])


def test_a_collision_beside_others_is_done_again_alone(desk: Desk) -> None:
    tries = []

    def once(work: Work) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise IntegrityError("", {}, Exception())
        return write("b")(work)

    futures = together(desk, write("a"), once, write("c"))
    assert [future.result() for future in futures] == ["a", "b", "c"]
    assert names(desk) == ["a", "b", "c"]


def test_where_the_whole_cannot_be_committed_each_hears_its_own_outcome(desk: Desk) -> None:
    """A disk that is full for one large row: SQLite gives up the whole transaction."""

    def large(work: Work) -> None:
        work.connection.execute(text("PRAGMA max_page_count = 1"))  # no page more than there are
        for n in range(2000):
            work.session.add(Counter(name=f"large {n} " + "x" * 500, value=n))
        work.session.flush()

    before, full, after = together(desk, write("a"), large, write("z"))
    with pytest.raises(OperationalError, match="full"):
        full.result()
    outcomes = [future.exception() for future in (before, after)]
    stored = names(desk)
    assert [outcome is None for outcome in outcomes] == [name in stored for name in ("a", "z")]
    assert not any(name.startswith("large") for name in stored)


def test_who_was_done_beside_one_that_ends_the_process_is_not_told_that_it_is_stored(desk: Desk) -> None:
    def leave(work: Work) -> None:
        raise SystemExit

    futures = together(desk, write("a"), leave)
    assert all(isinstance(future.exception(), SystemExit) for future in futures)
    assert names(desk) == []


def test_a_line_whose_work_breaks_goes_on_with_the_next() -> None:
    def perform(batch: list[Piece[str]]) -> None:
        raise MemoryError("no room at all")

    line: Line[str] = Line(perform, 1)
    for _ in range(2):
        with pytest.raises(MemoryError):
            line.do(Piece())


def test_a_thousand_pieces_from_sixteen_threads_are_all_done_once(desk: Desk) -> None:
    def count(work: Work) -> int:
        counter = work.session.get(Counter, "all")
        if counter is None:
            counter = Counter(name="all", value=0)
            work.session.add(counter)
        counter.value += 1
        return counter.value

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda _: desk.do(count), range(1000)))
    assert sorted(results) == list(range(1, 1001))


def test_another_process_is_waited_for_and_not_for_ever(desk: Desk) -> None:
    elsewhere = make_engine(str(desk.engine.url), wait_seconds=0.05)
    with desk.engine.begin() as connection:
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('first', 1)"))
        with elsewhere.connect() as other, pytest.raises(OperationalError, match="locked"):
            other.begin()
    with elsewhere.begin() as connection:
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('second', 1)"))
        assert connection.scalar(text("PRAGMA busy_timeout")) == 50
    assert names(desk) == ["first", "second"]
    elsewhere.dispose()
