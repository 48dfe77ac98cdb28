"""What waited out an outage does not leave at night: nor what was put back in the queue then."""

from datetime import UTC, datetime, timedelta

import pytest

from models.notification import Channel, Delivery
from services import delivery, notifications
from services.desk import Desk
from tests.conftest import Clock
from tests.district import lay_out
from tests.scheduler.test_deliver import owe, rows
from tests.town_life import china

MORNING = china("2026-11-24 08:00")


@pytest.fixture(autouse=True)
def someone_to_tell(desk: Desk) -> None:
    lay_out(desk)


@pytest.mark.parametrize(
    ("owed", "back", "morning"),
    [("2026-11-23 17:00", "2026-11-23 23:40", "2026-11-24 08:00"), ("2026-11-27 17:00", "2026-11-28 10:00", "2026-11-30 08:00")],
)  # fmt: skip
def test_owed_by_day_and_found_at_night_or_on_a_day_of_rest_it_waits(
    desk: Desk, clock: Clock, owed: str, back: str, morning: str
) -> None:
    clock.set(china(owed))
    desk.do(owe)
    desk.do(owe, urgent=True, key="urgent")
    clock.set(china(back))
    assert [e.urgent for e in desk.do(delivery.lease, 8)] == [True]
    assert [(r.not_before, r.next_try_at) for r in rows(desk) if not r.urgent] == [(china(morning),) * 2]
    clock.set(china(morning))
    assert [e.urgent for e in desk.do(delivery.lease, 8) if not e.urgent] == [False]


def test_put_back_by_hand_or_by_the_platforms_word_at_night_it_waits_too(desk: Desk, clock: Clock) -> None:
    desk.do(owe)
    (envelope,) = desk.do(delivery.lease, 8)
    desk.do(delivery.undeliverable, envelope, 43101, "refused")
    clock.set(MORNING - timedelta(hours=8))
    assert desk.do(notifications.try_again, None) == 1
    assert desk.do(delivery.lease, 8) == []
    clock.set(MORNING)
    (envelope,) = desk.do(delivery.lease, 8)
    desk.do(delivery.sent, envelope, Channel.TEMPLATE, "msgid-1")
    clock.set(china("2026-11-24 23:30"))
    desk.do(delivery.delivery_report, "msgid-1", "failed: system failed")
    (row,) = rows(desk)
    assert (row.delivery, row.next_try_at) == (Delivery.OWED, datetime(2026, 11, 25, 0, tzinfo=UTC))
