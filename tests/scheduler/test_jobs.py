"""The small jobs: who leads, drafts and ratings that end, the nightly tidying; harmless run twice."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from bot.messages import Message, Photo, Said, Text
from handlers import speech
from models.conversation import Conversation, Inbound
from models.notification import Notification
from scheduler.drafts import end_silent_drafts
from scheduler.leader import Leader
from scheduler.tidy import tidy
from scheduler.timetable import Jobs, timetable
from scheduler.workers import Workers, make_queue
from services import audit
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out


def talk(desk: Desk, *said: Said) -> None:
    dispatcher = speech.dispatcher()
    for n, words in enumerate(said):
        desk.do(dispatcher.answer, Message("o-li", "gh", desk.clock(), words, f"key-{n}"))


def test_one_process_leads_and_another_takes_over_when_it_dies(desk: Desk, clock: Clock) -> None:
    first, second = Leader(desk), Leader(desk)
    second._me = "elsewhere:2"
    first.renew()
    second.renew()
    assert (first.leads, second.leads) == (True, False)
    clock.forward(seconds=15)
    first.renew()
    clock.forward(seconds=15)
    second.renew()
    assert second.leads is False
    clock.forward(seconds=10)  # the first has died: not renewed for 25 s
    second.renew()
    assert second.leads is True
    first.renew()
    assert first.leads is False


def test_a_job_is_done_only_while_leading(desk: Desk) -> None:
    leader, done = Leader(desk), list[int]()
    job = leader.only(lambda: done.append(1))
    job()
    leader.renew()
    job()
    assert done == [1]


def test_the_timetable_holds_every_job_and_drops_none_that_is_late(desk: Desk) -> None:
    jobs = Jobs(*[lambda: None] * 5)
    table = timetable(jobs, Leader(desk))
    table.start(paused=True)
    rows = {job.id: job for job in table.get_jobs()}
    assert set(rows) == {"deliver", "photos", "drafts", "ratings", "tidy", "lead"}
    assert all(job.misfire_grace_time is None for job in rows.values())
    table.shutdown(wait=False)


def test_a_silent_draft_ends_and_a_lively_one_does_not(desk: Desk, clock: Clock) -> None:
    talk(desk, Photo("m"))
    assert end_silent_drafts(desk) == 0
    clock.forward(hours=3)
    assert end_silent_drafts(desk) == 1
    assert end_silent_drafts(desk) == 0
    with desk.reading() as work:
        assert [c.flow for c in work.session.scalars(select(Conversation))] == [None]


def test_tidying_forgets_old_answers_and_tells_the_office_of_a_broken_chain(desk: Desk, clock: Clock) -> None:
    lay_out(desk)
    talk(desk, Photo("m"), Text("北运河天穆镇段"), Text("河边有垃圾"), Text("提交"))
    assert tidy(desk) == 0
    clock.forward(days=4)
    desk.do(_cut_the_chain)
    assert tidy(desk) == 1
    with desk.reading() as work:
        assert list(work.session.scalars(select(Inbound.key))) == []
        told = [
            n.sentence for n in work.session.scalars(select(Notification)) if n.sentence == "office_audit"
        ]
        assert len(told) == 2


def _cut_the_chain(work: Work) -> None:
    """Somebody with the database's password gets past the triggers."""
    work.session.execute(text("UPDATE \"case\" SET head = 'x'"))


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
    Workers(queue, {"deliver": lambda: None}).wake("deliver")
    assert "the sweep will find it" in caplog.text


def test_a_worker_that_is_woken_does_its_duty(tmp_path: Any, woken: list[str]) -> None:
    queue = make_queue(f"sqlite:///{tmp_path}/queue.db")
    duty: Callable[[], object] = lambda: woken.append("done")  # noqa: E731
    workers = Workers(queue, {"deliver": duty})
    workers.wake("deliver")
    queue.execute(queue.dequeue())
    assert woken == ["done"]
