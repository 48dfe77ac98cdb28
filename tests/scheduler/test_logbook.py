"""Every run of a job is written down, no failure spreads, the history stays small, and what was missed is found."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import func, select, text

from models.job import JobRun, runs_of
from models.setting import Counter
from rules.workdays import CHINA
from scheduler.leader import Leader
from scheduler.logbook import Logbook
from scheduler.timetable import Lead
from services import jobs
from services.desk import Desk, Work
from tests.conftest import Clock

TIMES: dict[str, BaseTrigger] = {
    "often": IntervalTrigger(seconds=5, timezone=CHINA),
    "hourly": IntervalTrigger(hours=1, timezone=CHINA),
    "nightly": CronTrigger(hour=3, minute=30, timezone=CHINA),
}
HALF_PAST_THREE = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
Runs = Callable[[str], list[JobRun]]


@pytest.fixture
def logbook(desk: Desk) -> Logbook:
    return Logbook(desk, TIMES)


@pytest.fixture
def runs(desk: Desk) -> Runs:
    """A job's runs as they are written down, newest first."""

    def read(name: str) -> list[JobRun]:
        with desk.reading() as work:
            return list(work.session.scalars(runs_of(name)))

    return read


def test_a_run_is_written_down_with_what_it_did(logbook: Logbook, clock: Clock, runs: Runs) -> None:
    began = clock()

    def job() -> int:
        (row,) = runs("hourly")
        assert (row.started_at, row.ended_at) == (began, None)  # seen while it runs
        clock.forward(seconds=3)
        return 7

    assert logbook.run("hourly", job).rows == 7
    (row,) = runs("hourly")
    assert (row.started_at, row.ended_at, row.rows, row.errors, row.lag_seconds) == (
        began, began + timedelta(seconds=3), 7, 0, 0.0,
    )  # fmt: skip
    assert row.next_at == began + timedelta(hours=1)


def test_a_job_that_raises_is_recorded_by_its_class_and_goes_no_further(
    logbook: Logbook, runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> int:
        raise KeyError("o-li")

    assert logbook.run("hourly", broken).errors == 1
    assert logbook.run("nightly", lambda: 1).rows == 1
    (row,) = runs("hourly")
    assert (row.rows, row.errors, row.error) == (0, 1, "KeyError")
    assert "job hourly failed" in caplog.text


def test_rows_that_fail_are_counted_and_the_others_done(logbook: Logbook, desk: Desk, runs: Runs) -> None:
    for n in range(4):
        desk.do(lambda work, n: work.session.add(Counter(name=f"c{n}", value=n)), n)

    def halve(work: Work, counter: Counter) -> None:
        counter.value = 10 // (counter.value % 2)

    assert logbook.run("hourly", lambda: desk.each(select(Counter), halve)).rows == 2
    (row,) = runs("hourly")
    assert (row.rows, row.errors, row.error) == (2, 2, "ZeroDivisionError×2")


def test_how_late_a_run_began_is_known_also_after_a_restart(desk: Desk, clock: Clock, runs: Runs) -> None:
    Logbook(desk, TIMES).run("hourly", lambda: 1)
    clock.forward(hours=1, seconds=90)
    Logbook(desk, TIMES).run("hourly", lambda: 1)
    assert [run.lag_seconds for run in runs("hourly")] == [90.0, 0.0]


def test_the_lag_grows_while_nobody_runs_the_job(logbook: Logbook, clock: Clock, runs: Runs) -> None:
    logbook.run("hourly", lambda: 1)
    logbook.run("often", lambda: 0)
    (hourly,), (often,) = runs("hourly"), runs("often")
    clock.forward(seconds=20)
    assert (jobs.lag_of(hourly, clock()), jobs.lag_of(often, clock())) == (0, 0)
    clock.forward(hours=2)
    assert jobs.lag_of(hourly, clock()) == 3620
    assert jobs.lag_of(often, clock()) == 7190  # known only to half a minute


def test_runs_every_few_seconds_are_added_up_for_half_a_minute(
    logbook: Logbook, clock: Clock, runs: Runs
) -> None:
    for _ in range(13):  # at 0, 5 … 60 seconds
        logbook.run("often", lambda: 2)
        clock.forward(seconds=5)
    assert [run.rows for run in runs("often")] == [12, 12, 2]


def test_an_error_of_a_frequent_job_is_written_down_at_once(
    logbook: Logbook, clock: Clock, runs: Runs
) -> None:
    logbook.run("often", lambda: 0)
    clock.forward(seconds=5)
    logbook.run("often", lambda: 1 // 0)
    assert [(run.errors, run.error) for run in runs("often")] == [(1, "ZeroDivisionError"), (0, "")]


def test_a_run_that_found_nothing_takes_the_place_of_the_one_before(
    logbook: Logbook, clock: Clock, runs: Runs
) -> None:
    for found in (1, 0, 0, 0, 2):
        for name in ("often", "hourly"):
            logbook.run(name, partial(int, found))
        clock.forward(hours=1)
    assert [run.rows for run in runs("hourly")] == [2, 0, 1]
    assert [run.rows for run in runs("often")] == [2, 0, 1]


def test_a_job_handed_to_a_worker_is_written_down_by_the_worker(logbook: Logbook, runs: Runs) -> None:
    logbook.run("often", lambda: None)
    assert runs("often") == []
    logbook.run("often", lambda: 3)
    assert [run.rows for run in runs("often")] == [3]


def test_the_history_is_bounded(
    logbook: Logbook, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> int | None:
        with desk.reading() as work:
            return work.session.scalar(select(func.count()).select_from(JobRun))

    monkeypatch.setattr(jobs, "KEEP", 3)
    for _ in range(5):
        logbook.run("hourly", lambda: 1)
        clock.forward(hours=4)
    assert kept() == 5  # all of the last day
    for _ in range(3):
        logbook.run("hourly", lambda: 1)
        clock.forward(days=3)
    assert kept() == 3


def test_a_run_by_hand_says_for_when_it_was(logbook: Logbook, clock: Clock, runs: Runs) -> None:
    then = clock() + timedelta(days=17)
    logbook.run("nightly", lambda: 0, as_if=then)
    (row,) = runs("nightly")
    assert (row.as_if, row.started_at, row.lag_seconds) == (then, clock(), 0)


def test_what_cannot_be_written_down_is_done_all_the_same(
    logbook: Logbook, desk: Desk, runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    desk.do(lambda work: work.session.execute(text("ALTER TABLE job_run RENAME TO elsewhere")))
    assert logbook.run("hourly", lambda: 5).rows == 5
    desk.do(lambda work: work.session.execute(text("ALTER TABLE elsewhere RENAME TO job_run")))
    assert "could not be written down" in caplog.text
    assert runs("hourly") == []


def test_whoever_leads_runs_what_was_missed_once(desk: Desk, clock: Clock) -> None:
    clock.set(HALF_PAST_THREE)
    old = Logbook(desk, TIMES)
    for name in TIMES:
        old.run(name, lambda: 1)
    asked: list[str] = []
    new = Logbook(desk, TIMES)
    leader = Leader(desk)
    lead = Lead(leader, new, asked.append)
    clock.forward(minutes=60, seconds=29)
    lead()
    assert asked == []  # perhaps somebody is just about to
    clock.forward(seconds=2)
    lead()
    assert asked == ["hourly"]
    new.run("hourly", lambda: 1)
    clock.forward(minutes=59)
    lead()
    assert asked == ["hourly"]
    clock.forward(days=7)  # nobody was there for a week
    lead()
    assert asked == ["hourly", "hourly", "nightly"]
    leader.resign()


def test_whoever_does_not_lead_runs_nothing(desk: Desk, clock: Clock) -> None:
    Logbook(desk, TIMES).run("hourly", lambda: 1)
    first, second = Leader(desk), Leader(desk)
    clock.forward(days=1)
    first.renew()
    asked: list[str] = []
    Lead(second, Logbook(desk, TIMES), asked.append)()
    assert (second.leads, asked) == (False, [])
    first.resign()


def test_what_still_runs_was_not_missed(logbook: Logbook, clock: Clock) -> None:
    def slow() -> int:
        clock.forward(hours=3)
        assert logbook.missed() == []
        return 1

    assert logbook.run("hourly", slow).error == ""
    assert logbook.missed() == ["hourly"]


def test_runs_that_cannot_be_written_down_are_not_taken_for_missed(
    logbook: Logbook, desk: Desk, clock: Clock
) -> None:
    logbook.run("hourly", lambda: 1)
    clock.forward(hours=2)
    assert logbook.missed() == ["hourly"]
    logbook._write = lambda *what: None  # type: ignore[method-assign]
    logbook.run("hourly", lambda: 1)
    assert logbook.missed() == []


def test_the_newest_run_of_each_job_is_found(logbook: Logbook, desk: Desk, clock: Clock) -> None:
    for rows in (1, 2):
        for name in ("hourly", "nightly"):
            logbook.run(name, partial(int, rows))
        clock.forward(hours=1)
    latest: list[Any] = [(run.name, run.rows) for run in desk.look(jobs.latest)]
    assert latest == [("hourly", 2), ("nightly", 2)]
    assert desk.look(jobs.errors_since, clock() - timedelta(days=1)) == {"hourly": 0, "nightly": 0}


class Killed(BaseException):
    """The process is no more: nothing of it is written down."""


def cut_off(desk: Desk, name: str) -> None:
    """A run that never ends, of a process that led."""

    def job() -> int:
        raise Killed

    with pytest.raises(Killed):
        Logbook(desk, TIMES).run(name, job)


def test_a_run_that_was_cut_off_is_found_by_whoever_leads_next_and_done_again_the_same_day(
    desk: Desk, clock: Clock
) -> None:
    clock.set(HALF_PAST_THREE)
    cut_off(desk, "nightly")
    clock.forward(seconds=20)
    asked: list[str] = []
    new, leader = Logbook(desk, TIMES), Leader(desk)
    lead = Lead(leader, new, asked.append)
    lead()
    clock.forward(seconds=39)
    lead()
    assert asked == []  # perhaps it is just coming to its end
    clock.forward(seconds=1)
    lead()
    assert asked == ["nightly"]
    new.run("nightly", lambda: 1)
    clock.forward(hours=12)
    lead()
    assert asked == ["nightly"]
    leader.resign()


def test_what_somebody_runs_by_hand_beside_the_leader_is_not_taken_for_cut_off(
    desk: Desk, clock: Clock
) -> None:
    clock.set(HALF_PAST_THREE)
    leader, leading = Leader(desk), Logbook(desk, TIMES)
    leader.renew()

    def slow() -> int:
        clock.forward(hours=2)
        assert leading.missed(leader.since) == []
        return 1

    assert Logbook(desk, TIMES).run("nightly", slow).error == ""
    leader.resign()


def test_a_job_that_kills_its_process_again_and_again_waits_for_its_time(desk: Desk, clock: Clock) -> None:
    clock.set(HALF_PAST_THREE)
    again = []
    for _ in range(4):
        cut_off(desk, "nightly")
        clock.forward(minutes=2)
        again.append(Logbook(desk, TIMES).missed())
    assert again == [["nightly"], ["nightly"], [], []]
    clock.set(HALF_PAST_THREE + timedelta(days=1, minutes=1))
    assert Logbook(desk, TIMES).missed() == ["nightly"]
