"""The figures of /metrics: right to the row, and read from small indexes whatever lies behind."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select

from models.evidence import Arrival, Evidence, Medium
from models.job import JobRun
from models.notification import Delivery, Notice, Notification
from services import measures
from services.desk import Desk, Work
from tests.conftest import MONDAY_MORNING, Clock
from tests.query_plan import plan_of


def message(work: Work, n: int, delivery: Delivery = Delivery.OWED, **more: Any) -> None:
    values: dict[str, Any] = {
        "key": f"k{n}", "notice": Notice.DIGEST, "sentence": "x", "owed_at": work.now, "not_before": work.now,
        "next_try_at": work.now, "delivery": delivery,
    }  # fmt: skip
    work.session.add(Notification(**values | more))


def piece(work: Work, arrival: Arrival, at: datetime) -> None:
    work.session.add(
        Evidence(medium=Medium.PHOTO, media_id="m", arrival=arrival, sent_at=at, next_try_at=at, attempts=0)
    )


def test_an_empty_installation_has_nothing_waiting(desk: Desk) -> None:
    found = desk.look(measures.measure)
    assert (found.owed, found.oldest_due_seconds, found.sent_lately, found.prompt_lately) == (0, 0, 0, 0)
    assert (found.photos_waiting, found.oldest_photo_seconds, found.audit_broken) == (0, 0, False)
    assert list(found.jobs) == []


def test_messages_are_counted_by_where_they_stand(desk: Desk, clock: Clock) -> None:
    def write(work: Work) -> None:
        now = work.now
        message(work, 1, not_before=now - timedelta(seconds=70), next_try_at=now + timedelta(seconds=50))
        message(work, 2, not_before=now + timedelta(hours=12))
        for n, (took, ago) in enumerate(((0, 60), (10, 60), (10.5, 60), (3600, 60), (1, 25 * 3600)), 3):
            at = now - timedelta(seconds=ago)
            message(work, n, Delivery.SENT, not_before=at - timedelta(seconds=took), sent_at=at)
        message(work, 20, Delivery.SENT, sent_at=now + timedelta(days=17))  # run for another time
        message(work, 21, Delivery.UNDELIVERABLE)
        message(work, 22, Delivery.UNDELIVERABLE, urgent=True)
        message(work, 23, Delivery.UNDELIVERABLE, next_try_at=now - timedelta(days=2))
        message(work, 24, Delivery.POINTLESS)

    desk.do(write)
    found = desk.look(measures.measure)
    assert (found.owed, found.oldest_due_seconds) == (2, 70)
    assert (found.sent_lately, found.prompt_lately) == (4, 2)
    assert found.undeliverable_lately == 2


def test_photographs_are_counted_by_where_they_stand(desk: Desk, clock: Clock) -> None:
    def write(work: Work) -> None:
        for arrival in Arrival:
            piece(work, arrival, work.now - timedelta(seconds=30))
        piece(work, Arrival.WAITING, work.now - timedelta(hours=1))
        piece(work, Arrival.GONE, work.now - timedelta(days=3))

    desk.do(write)
    found = desk.look(measures.measure)
    assert (found.photos_waiting, found.oldest_photo_seconds, found.photos_failed_lately) == (2, 3600, 2)


def test_jobs_are_told_by_their_newest_run(desk: Desk, clock: Clock) -> None:
    def write(work: Work) -> None:
        ago = work.now - timedelta(minutes=10)
        work.session.add(JobRun(name="tidy", started_at=ago, ended_at=ago, errors=2, error="AuditBroken×2"))
        work.session.add(JobRun(name="drafts", started_at=ago, ended_at=ago, errors=1, error="KeyError"))
        work.session.flush()
        began = work.now - timedelta(minutes=5)
        late = {"next_at": began + timedelta(minutes=1), "lag_seconds": 0.5}
        ended = began + timedelta(seconds=2)
        work.session.add(JobRun(name="drafts", started_at=began, ended_at=ended, rows=4, **late))

    desk.do(write)
    found = desk.look(measures.measure)
    drafts, tidy = found.jobs
    assert (drafts.seconds, drafts.rows, drafts.errors_lately) == (2, 4, 1)
    assert (drafts.lag_seconds, drafts.overdue_seconds) == (0.5, 240)
    assert (tidy.name, tidy.errors_lately) == ("tidy", 2)
    assert found.audit_broken


NOW = MONDAY_MORNING


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (measures.owed(), "ix_notification_due"),
        (measures.sent_since(NOW - measures.PERIOD, NOW), "ix_notification_sent"),
        (measures.undeliverable_since(NOW), "ix_notification_due"),
        (measures.photos_waiting(), "ix_evidence_arrival"),
        (measures.photos_failed_since(NOW), "ix_evidence_"),
    ],
)
def test_every_figure_is_read_from_an_index(desk: Desk, read: Select[Any], index: str) -> None:
    assert index in plan_of(desk, read)
