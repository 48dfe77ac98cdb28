"""The nightly tidying: what is old goes, what is not stays, and a broken chain is loud."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, select, text

from bot.messages import Message, Photo, Said, Text
from handlers import speech
from models.conversation import Inbound, answered_before
from models.delivery_word import DeliveryWord, words_before
from models.follower import Follower
from models.invitation_attempt import InvitationAttempt, attempts_before
from models.notification import Notification
from scheduler import tidy as module
from scheduler.tidy import tidy
from services import failures
from services.desk import Desk, Work
from services.photo_store import PhotoStore
from tests.conftest import Clock
from tests.district import lay_out
from tests.query_plan import plan_of

Keys = Callable[[Any], list[Any]]


@pytest.fixture
def keys(desk: Desk) -> Keys:
    """Every value of a column."""

    def read(column: Any) -> list[Any]:
        with desk.reading() as work:
            return list(work.session.scalars(select(column).order_by(column)))

    return read


def a_report(desk: Desk) -> None:
    dispatcher = speech.dispatcher()
    said: tuple[Said, ...] = (Photo("m"), Text("北运河天穆镇段"), Text("河边有垃圾"), Text("提交"))
    for n, words in enumerate(said):
        desk.do(dispatcher.answer, Message("o-li", "gh", desk.clock(), words, f"key-{n}"))


def leave_behind(work: Work, name: str) -> None:
    """What collects in the tables."""
    follower = Follower(openid=f"o-{name}", pseudonym=f"p-{name}", met_at=work.now, following=True)
    work.session.add_all([
        follower, Inbound(key=name, at=work.now, reply=""),
        DeliveryWord(platform_id=name, status="success", at=work.now),
    ])  # fmt: skip
    work.session.flush()
    work.session.add(InvitationAttempt(follower_id=follower.id, at=work.now))


def test_what_is_old_goes_and_what_is_not_stays(
    desk: Desk, clock: Clock, store: PhotoStore, keys: Keys
) -> None:
    desk.do(leave_behind, "old")
    clock.forward(days=4)
    desk.do(leave_behind, "new")
    assert tidy(desk, store) == 3
    assert keys(Inbound.key) == ["new"]
    assert keys(DeliveryWord.platform_id) == ["new"]
    assert len(keys(InvitationAttempt.id)) == 1
    assert tidy(desk, store) == 0


def test_much_is_deleted_a_little_at_a_time(
    desk: Desk, clock: Clock, store: PhotoStore, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    for n in range(5):
        desk.do(lambda work, n: work.session.add(Inbound(key=f"k{n}", at=work.now, reply="")), n)
    clock.forward(days=4)
    assert tidy(desk, store) == 5
    assert keys(Inbound.key) == []


def test_files_that_were_never_finished_go_after_a_day(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    store = PhotoStore((tmp_path / "photos").as_uri())
    key = store.put_recording(b"voice", "amr")
    temporary = tmp_path / "photos" / "temporary"
    ages = {"stale": timedelta(hours=25), "fresh": timedelta(hours=1)}
    for name, age in ages.items():
        (temporary / name).write_bytes(b"half a photogr")
        moment = (clock() - age).timestamp()
        os.utime(temporary / name, (moment, moment))
    assert tidy(desk, store) == 1
    assert [file.name for file in temporary.iterdir()] == ["fresh"]
    assert store.read(key) == b"voice"


def test_a_store_that_was_never_written_to_has_nothing_unfinished(desk: Desk, store: PhotoStore) -> None:
    assert tidy(desk, store) == 0


def test_a_broken_chain_is_told_to_the_office_counted_and_logged(
    desk: Desk, clock: Clock, store: PhotoStore, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    lay_out(desk)
    a_report(desk)
    with failures.counted() as failed:
        tidy(desk, store)
    assert failed == []
    desk.do(lambda work: work.session.execute(text("UPDATE \"case\" SET head = 'x'")))
    for _ in range(2):  # told once a day, however often it is looked at
        with failures.counted() as failed:
            tidy(desk, store)
    assert failed == ["AuditBroken"]
    assert keys(Notification.sentence).count("office_audit") == 2
    assert "audit chain of 2026-0001 breaks" in caplog.text


@pytest.mark.parametrize("old", [answered_before, words_before, attempts_before])
def test_what_is_old_is_found_by_an_index(desk: Desk, old: Callable[..., Select[Any]]) -> None:
    plan = plan_of(desk, old(desk.clock()).limit(10))
    assert "_at" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
