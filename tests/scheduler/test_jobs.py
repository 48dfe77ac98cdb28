"""The small jobs: the timetable, drafts and ratings that end, the nightly tidying; harmless run twice."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.messages import Message, Photo, Said, Text
from handlers import speech
from models.conversation import Conversation
from scheduler.drafts import end_silent_drafts
from scheduler.leader import Leader
from scheduler.logbook import Job, Logbook
from scheduler.timetable import times, timetable
from scheduler.workers import REDIS_SECONDS, Workers, make_queue
from services import audit
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out


def talk(desk: Desk, *said: Said) -> None:
    dispatcher = speech.dispatcher()
    for n, words in enumerate(said):
        desk.do(dispatcher.answer, Message("o-li", "gh", desk.clock(), words, f"key-{n}"))


def test_the_timetable_holds_every_job_and_drops_none_that_is_late(desk: Desk) -> None:
    jobs = dict.fromkeys(times(), lambda: 0)
    table = timetable(jobs, Leader(desk), Logbook(desk, times()))
    table.start(paused=True)
    rows = {job.id: job for job in table.get_jobs()}
    assert set(rows) == {"lead", *times()}
    assert all(job.misfire_grace_time is None for job in rows.values())
    table.shutdown(wait=False)


def test_a_job_without_a_time_and_a_time_without_a_job_are_refused(desk: Desk) -> None:
    jobs: dict[str, Job] = dict.fromkeys(times(), lambda: 0)
    for wrong in (jobs | {"more": lambda: 0}, {"deliver": jobs["deliver"]}):
        with pytest.raises(ValueError, match="differ"):
            timetable(wrong, Leader(desk), Logbook(desk, times()))


def test_a_silent_draft_ends_and_a_lively_one_does_not(desk: Desk, clock: Clock) -> None:
    talk(desk, Photo("m"))
    assert end_silent_drafts(desk) == 0
    clock.forward(hours=3)
    assert end_silent_drafts(desk) == 1
    assert end_silent_drafts(desk) == 0
    with desk.reading() as work:
        assert [c.flow for c in work.session.scalars(select(Conversation))] == [None]


def test_an_altered_event_is_found_and_the_first_break_named(desk: Desk) -> None:
    lay_out(desk)
    talk(desk, Photo("m"), Text("北运河天穆镇段"), Text("河边有垃圾"), Text("提交"))
    desk.do(_alter)
    with desk.reading() as work:
        (broken,) = [b for _, b in audit.verify(work.session)]
    assert broken is not None
    assert (broken.number, broken.sequence, broken.why) == ("2026-0001", 2, "内容被改动")


def _alter(work: Work) -> None:
    if work.session.get_bind().dialect.name == "sqlite":
        work.session.execute(text("DROP TRIGGER case_event_refuses_update"))
        work.session.execute(text("UPDATE case_event SET reason = 'x' WHERE sequence = 2"))
        return
    work.session.execute(text("SET LOCAL session_replication_role = replica"))
    work.session.execute(text("UPDATE case_event SET reason = 'x' WHERE sequence = 2"))


def test_waking_a_worker_that_cannot_be_reached_is_no_loss(tmp_path: Any, caplog: Any) -> None:
    queue = make_queue("redis://127.0.0.1:1/0")
    workers = Workers(queue, {"deliver": lambda: None})
    for _ in range(3):  # somebody's reply waits for each try: a queue that failed is let be for a while
        workers.wake("deliver")
    assert caplog.text.count("the sweep will find it") == 1


def test_a_redis_that_takes_the_connection_and_says_nothing_does_not_hold_up_a_reply() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        workers = Workers(
            make_queue(f"redis://127.0.0.1:{silent.getsockname()[1]}/0"), {"deliver": lambda: None}
        )
        begun = time.monotonic()
        for _ in range(10):
            workers.wake("deliver")
    assert time.monotonic() - begun < 2 * REDIS_SECONDS


def test_a_worker_that_is_woken_does_its_duty(tmp_path: Any, woken: list[str]) -> None:
    queue = make_queue(f"sqlite:///{tmp_path}/queue.db")
    duty: Callable[[], object] = lambda: woken.append("done")  # noqa: E731
    workers = Workers(queue, {"deliver": duty})
    workers.wake("deliver")
    queue.execute(queue.dequeue())
    assert woken == ["done"]
