"""Delivery: the first channel that works, each answer's consequence, never twice, never lost."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.wechat import WeChatRefused, WeChatUnreachable
from config import Template
from handlers import notices
from models.follower import Follower
from models.notification import Channel, Delivery, Notice, Notification, due_for_delivery
from models.person import Person
from rules.workdays import CHINA, end_of
from scheduler.deliver import Postman, Wording, _deliver_one, deliver
from services import daily_limit, delivery, notifications, reconciliation
from services.desk import Busy, Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.query_plan import plan_of

FIELDS = {
    "number": "character_string1",
    "place": "thing2",
    "deadline": "time3",
    "state": "phrase4",
    "note": "thing5",
}


@dataclass
class FakeWeChat:
    """Takes what is sent, or answers with the next trouble."""

    troubles: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)

    def _take(self, how: str, openid: str, what: Any) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append((how, openid, what))

    def send_text(self, openid: str, text: str) -> None:
        self._take("customer_service", openid, text)

    def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], url: str = "", page: str = "",
        client_msg_id: str = "",
    ) -> str:  # fmt: skip
        self._take("template", openid, dict(data))
        return "msgid-1"

    def send_subscribe(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> None:
        self._take("subscribe", openid, dict(data))


@pytest.fixture
def wechat() -> FakeWeChat:
    return FakeWeChat()


@pytest.fixture
def post(desk: Desk, wechat: FakeWeChat) -> Callable[..., Postman]:
    lay_out(desk)

    def make(**templates: str) -> Postman:
        wording = Wording(
            sentence=lambda envelope, link: notices.sentence(envelope, link, "12345"),
            keywords=lambda envelope, fields, now: notices.keywords(envelope, fields, now, "12345"),
            link=lambda envelope: "https://heshao.example/c/link",
        )
        chosen = {
            n: Template.model_validate({"id": "tmpl", "kind": k, "fields": FIELDS})
            for n, k in templates.items()
        }
        return Postman(desk, wechat, chosen, wording)  # type: ignore[arg-type]

    return make


def owe(work: Work, /, urgent: bool = False, key: str = "one", **says: Any) -> None:
    person = work.session.scalars(select(Person).where(Person.name == "王镇长")).one()
    filled = {
        "place": "北运河天穆镇段，天穆村后面很远很远很远的地方", "town": "天穆镇", "number": "2026-0001", "ticket": "",
        "state": "证明接收中", "deadline": "11月25日24时前", "deadline_at": "2026-11-25T16:00:00+00:00", "short": 1,
        "words": "", "kind": "岸线垃圾", "expected": "",
    }  # fmt: skip
    notifications.owe(
        work, Notice.CASE_ASSIGNED, "town_assigned", key, person=person, urgent=urgent, **{**filled, **says}
    )


def open_window(work: Work) -> None:
    for follower in work.session.scalars(select(Follower)):
        follower.window_until = work.now + timedelta(hours=1)


def rows(desk: Desk) -> list[Notification]:
    with desk.reading() as work:
        return list(work.session.scalars(select(Notification).order_by(Notification.id)))


def test_by_customer_service_where_there_is_no_template(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    postman = post()
    desk.do(open_window)
    desk.do(owe)
    assert deliver(postman) == 1
    (sent,) = wechat.sent
    assert sent[:2] == ("customer_service", "o-chief")
    assert "受理 1" in sent[2]
    assert "https://heshao.example/c/link" in sent[2]
    (row,) = rows(desk)
    assert (row.delivery, row.channel) == (Delivery.SENT, Channel.CUSTOMER_SERVICE)
    assert deliver(postman) == 0


AWAY = OperationalError("UPDATE notification", {}, ConnectionError("the server has gone away"))


@dataclass
class DeskWithoutDatabase:
    """A desk whose database is away when the next so many messages are to be written down as sent."""

    desk: Desk
    away: int
    trouble: Exception

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.desk.clock

    def do(self, step: Callable[..., Any], *given: Any) -> Any:
        if step is delivery.sent and self.away:
            self.away -= 1
            raise self.trouble
        return self.desk.do(step, *given)


@pytest.mark.parametrize("trouble", [AWAY, Busy("no turn within 20 s")], ids=["away", "busy"])
def test_what_the_platform_took_while_the_database_was_away_is_written_down_and_not_sent_again(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat, clock: Clock, trouble: Exception
) -> None:
    shaky = DeskWithoutDatabase(desk, away=2, trouble=trouble)
    postman = replace(post(), desk=cast(Desk, shaky), pause_seconds=0)
    desk.do(open_window)
    desk.do(owe)
    deliver(postman)
    assert [row.delivery for row in rows(desk)] == [Delivery.SENT]
    clock.forward(minutes=2)
    deliver(postman)
    assert len(wechat.sent) == 1
    assert shaky.away == 0


def test_a_message_that_waited_out_most_of_its_lease_is_left_for_the_next_who_takes_it(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat, clock: Clock
) -> None:
    """Behind a slow call a lease may run out: another worker has the message by then."""
    slow = replace(post(), wall=lambda: clock() - timedelta(seconds=26))  # its leases are 26 s older than now
    desk.do(open_window)
    desk.do(owe)
    (mine,) = desk.do(delivery.lease, 8, slow.real_time())
    _deliver_one(replace(slow, wall=None), mine)
    assert wechat.sent == []
    clock.forward(minutes=1)
    assert deliver(post()) == 1
    assert len(wechat.sent) == 1


def test_by_template_each_keyword_cut_to_its_rule(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    postman = post(case_assigned="template")
    desk.do(owe)
    deliver(postman)
    (sent,) = wechat.sent
    assert sent[0] == "template"
    assert sent[2]["character_string1"] == "2026-0001"
    assert sent[2]["time3"] == "2026年11月25日 23:59"
    assert sent[2]["phrase4"] == "证明接收中"
    assert len(sent[2]["thing2"]) == 20
    assert len(sent[2]["thing5"]) <= 20
    (row,) = rows(desk)
    assert (row.channel, row.platform_id) == (Channel.TEMPLATE, "msgid-1")


@pytest.mark.parametrize("code", [43101, 43004, 40037, 47003])
def test_a_refused_template_falls_back_to_customer_service(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat, code: int
) -> None:
    wechat.troubles = [WeChatRefused(code, "no")]
    postman = post(case_assigned="subscribe")
    desk.do(open_window)
    desk.do(owe)
    deliver(postman)
    assert [how for how, *_ in wechat.sent] == ["customer_service"]


def test_nobody_can_be_reached_is_listed_with_the_reason_and_the_office_is_told(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    wechat.troubles = [WeChatRefused(45015, "response out of time limit")]
    postman = post()
    desk.do(owe)
    deliver(postman)
    desk.do(owe, key="two")  # now we know, and do not ask again
    deliver(postman)
    assert wechat.sent == []
    assert [row.delivery for row in rows(desk)] == [Delivery.UNDELIVERABLE] * 2
    assert all("48 小时" in row.reason for row in rows(desk))


def test_a_job_run_as_if_it_were_later_asks_by_the_real_time_whether_the_window_is_open(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat, clock: Clock
) -> None:
    real = clock()
    postman = replace(post(), wall=lambda: real)
    desk.do(open_window)
    clock.set(datetime(2026, 12, 7, 9, 30, tzinfo=CHINA))
    desk.do(owe)
    deliver(postman)
    assert [how for how, *_ in wechat.sent] == ["customer_service"]


def test_once_the_person_speaks_again_it_is_owed_again(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    wechat.troubles = [WeChatRefused(45015, "response out of time limit")]
    postman = post()
    desk.do(owe)
    deliver(postman)

    def speaks(work: Work) -> None:
        follower = work.session.scalars(select(Follower).where(Follower.openid == "o-chief")).one()
        open_window(work)
        notifications.window_opened(work, follower.id, follower.person_id)

    desk.do(speaks)
    deliver(postman)
    assert [row.delivery for row in rows(desk)] == [Delivery.SENT]


@pytest.mark.parametrize(
    ("spoken_at", "urgent", "leaves_at"),
    [
        ("2026-11-23 23:10", False, "2026-11-24 08:00"),
        ("2026-11-24 03:00", False, "2026-11-24 08:00"),
        ("2026-11-24 10:00", False, "2026-11-24 10:00"),
        ("2026-11-23 23:10", True, "2026-11-23 23:10"),
    ],
)
def test_who_speaks_at_night_gets_what_was_owed_in_the_morning_unless_it_is_urgent(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat, clock: Clock, spoken_at: str, urgent: bool,
    leaves_at: str,
) -> None:  # fmt: skip
    spoken, leaves = (datetime.fromisoformat(at).replace(tzinfo=CHINA) for at in (spoken_at, leaves_at))
    wechat.troubles = [WeChatRefused(45015, "response out of time limit")]
    postman = post()
    desk.do(owe, urgent)
    deliver(postman)
    clock.set(spoken)
    desk.do(_speaks)
    deliver(postman)
    assert len(wechat.sent) == (leaves == spoken)
    clock.set(leaves - timedelta(seconds=1) if leaves > spoken else leaves)
    deliver(postman)
    assert len(wechat.sent) == (leaves == spoken)
    clock.set(leaves)
    deliver(postman)
    assert [row.delivery for row in rows(desk)] == [Delivery.SENT]


def test_who_speaks_on_saturday_gets_it_on_monday(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat, clock: Clock
) -> None:
    clock.set(datetime(2026, 11, 27, 15, 0, tzinfo=CHINA))  # Friday
    wechat.troubles = [WeChatRefused(45015, "response out of time limit")]
    postman = post()
    desk.do(owe)
    deliver(postman)
    clock.set(datetime(2026, 11, 28, 11, 0, tzinfo=CHINA))
    desk.do(_speaks)
    for at in (datetime(2026, 11, 28, 11, 1, tzinfo=CHINA), datetime(2026, 11, 29, 12, 0, tzinfo=CHINA)):
        clock.set(at)
        deliver(postman)
        assert wechat.sent == []
    clock.set(datetime(2026, 11, 30, 8, 0, tzinfo=CHINA))
    deliver(postman)
    assert [row.delivery for row in rows(desk)] == [Delivery.SENT]


def _speaks(work: Work) -> None:
    follower = work.session.scalars(select(Follower).where(Follower.openid == "o-chief")).one()
    follower.window_until = work.now + timedelta(hours=48)
    notifications.window_opened(work, follower.id, follower.person_id)


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (WeChatUnreachable("down"), 10),
        (WeChatRefused(-1, "system error"), 10),
        (WeChatRefused(40001, "invalid credential"), 10),
        (WeChatRefused(45011, "minute"), 60),
    ],
)
def test_trouble_that_passes_is_tried_again(
    desk: Desk,
    clock: Clock,
    post: Callable[..., Postman],
    wechat: FakeWeChat,
    trouble: Exception,
    seconds: int,
) -> None:
    wechat.troubles = [trouble]
    postman = post(case_assigned="template")
    desk.do(owe)
    deliver(postman)
    assert deliver(postman) == 0
    clock.forward(seconds=seconds)
    assert deliver(postman) == 1
    assert [row.delivery for row in rows(desk)] == [Delivery.SENT]


def test_the_waits_grow_and_after_three_days_it_is_given_up(
    desk: Desk, clock: Clock, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    postman = post(case_assigned="template")
    desk.do(owe)
    waits = []
    for _ in range(200):
        wechat.troubles = [WeChatUnreachable("down")]
        deliver(postman)
        (row,) = rows(desk)
        if row.delivery is not Delivery.OWED:
            break
        waits.append((row.next_try_at - clock()).total_seconds())
        clock.set(row.next_try_at)
    assert waits[:4] == [10, 30, 60, 300]
    assert row.delivery is Delivery.UNDELIVERABLE


def test_the_days_quota_waits_for_midnight(
    desk: Desk, clock: Clock, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    wechat.troubles = [WeChatRefused(45009, "quota")]
    postman = post(case_assigned="template")
    desk.do(owe, urgent=True)
    deliver(postman)
    (row,) = rows(desk)
    assert row.next_try_at == clock().replace(hour=16, minute=0)


def test_a_row_whose_worker_died_is_found_again_after_a_minute(
    desk: Desk, clock: Clock, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    postman = post(case_assigned="template")
    desk.do(owe)
    assert len(desk.do(delivery.lease, 10)) == 1  # and its worker is killed here
    assert deliver(postman) == 0
    clock.forward(seconds=61)
    assert deliver(postman) == 1
    assert len(wechat.sent) == 1


def test_urgent_messages_are_taken_first_and_the_older_of_the_others_after_them(
    desk: Desk, clock: Clock, post: Callable[..., Postman]
) -> None:
    post()
    for n in range(3):
        desk.do(owe, key=f"ordinary-{n}")
        clock.forward(minutes=1)
    desk.do(owe, urgent=True, key="urgent")
    assert desk.look(delivery.anything_due)
    first, second = (desk.do(delivery.lease, 2) for _ in range(2))
    assert [envelope.urgent for envelope in (*first, *second)] == [True, False, False, False]
    assert [envelope.id for envelope in (*first, *second)] == [4, 1, 2, 3]
    assert not desk.look(delivery.anything_due)


@pytest.mark.parametrize("urgent", [True, False])
def test_the_next_messages_are_read_off_the_index_however_many_were_sent(desk: Desk, urgent: bool) -> None:
    plan = plan_of(desk, due_for_delivery(desk.clock(), urgent=urgent).limit(8))
    assert "ix_notification_due" in plan
    assert re.search(r"delivery.*urgent.*next_try_at", plan)
    assert "TEMP B-TREE FOR ORDER BY" not in plan


def test_what_counts_for_the_day_is_found_without_a_persons_whole_past(desk: Desk) -> None:
    midnight = end_of(desk.clock().date())
    plan = plan_of(desk, daily_limit.sent_that_day(Notification.person_id == 1, midnight))
    assert re.search("ix_notification_(person|sent)", plan)  # PostgreSQL asks its statistics which
    assert re.search(r"(Index Cond: |person_id=\?).*sent_at", plan)


@dataclass
class Meanwhile(FakeWeChat):
    """While it takes a message, another becomes due."""

    happens: Callable[[], object] = bool

    def _take(self, how: str, openid: str, what: Any) -> None:
        self.happens()
        super()._take(how, openid, what)


def test_what_becomes_due_while_others_are_under_way_leaves_in_the_same_run(
    desk: Desk, post: Callable[..., Postman]
) -> None:
    busy = Meanwhile(happens=lambda: desk.do(owe, urgent=True, key="meanwhile"))
    postman = replace(post(case_assigned="template"), wechat=cast(Any, busy))
    desk.do(owe, urgent=True)
    assert deliver(postman) == 2
    assert [row.delivery for row in rows(desk)] == [Delivery.SENT, Delivery.SENT]


def test_the_same_key_is_never_owed_twice(desk: Desk, post: Callable[..., Postman]) -> None:
    post()
    desk.do(owe)
    desk.do(owe)
    assert len(rows(desk)) == 1


def test_what_is_not_urgent_waits_for_the_next_working_morning(
    desk: Desk, clock: Clock, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    clock.forward(hours=12)  # 21:00
    postman = post(case_assigned="template")
    desk.do(owe)
    desk.do(owe, urgent=True, key="urgent")
    deliver(postman)
    assert len(wechat.sent) == 1
    clock.forward(hours=11)
    assert deliver(postman) == 1


@pytest.mark.parametrize("later", [{"hours": 14}, {"hours": 24 * 5}])  # 23:00 that night; Saturday morning
def test_what_nobody_sent_in_its_hours_waits_for_the_next(
    desk: Desk, clock: Clock, post: Callable[..., Postman], wechat: FakeWeChat, later: dict[str, float]
) -> None:
    """Found by the simulated quarter: whoever came back at night sent what the day had left behind."""
    postman = post(case_assigned="template")
    desk.do(owe)
    desk.do(owe, urgent=True, key="urgent")
    clock.forward(**later)
    deliver(postman)
    assert len(wechat.sent) == 1  # the urgent one
    clock.set(rows(desk)[0].next_try_at)
    assert clock().astimezone(CHINA).hour == 8
    assert deliver(postman) == 1


def test_no_more_than_the_set_number_a_day_urgent_ones_excepted(
    desk: Desk, clock: Clock, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    postman = post(case_assigned="template")
    for n in range(7):
        desk.do(owe, key=f"k{n}")
        clock.forward(minutes=1)
        deliver(postman)
    assert len(wechat.sent) == 5
    desk.do(owe, urgent=True, key="urgent")
    deliver(postman)
    assert len(wechat.sent) == 6
    clock.forward(days=1)
    assert deliver(postman) == 0  # the other two wait for the morning's digest
    assert [row.delivery for row in rows(desk)[5:7]] == [Delivery.HELD] * 2


def test_retrying_by_hand_and_reconciling(
    desk: Desk, post: Callable[..., Postman], wechat: FakeWeChat
) -> None:
    wechat.troubles = [WeChatRefused(45015, "response out of time limit")]
    postman = post()
    desk.do(owe)
    deliver(postman)
    desk.do(open_window)
    assert desk.do(notifications.try_again, None) == 1
    deliver(postman)
    sums = desk.look(reconciliation.reconcile)
    assert (sums.owed, sums.sent, sums.undeliverable, sums.within_ten_seconds) == (0, 1, 0, 1.0)


def test_the_platforms_later_word_that_it_was_blocked(desk: Desk, post: Callable[..., Postman]) -> None:
    postman = post(case_assigned="template")
    desk.do(owe)
    deliver(postman)
    desk.do(delivery.delivery_report, "msgid-1", "failed:user block")
    (row,) = rows(desk)
    assert (row.delivery, row.reason) == (Delivery.UNDELIVERABLE, "微信反馈：failed:user block")


def test_whoever_runs_for_another_day_leaves_what_others_hold_and_is_left_alone(
    desk: Desk, clock: Clock, make_desk: Callable[..., Desk]
) -> None:
    """`flask jobs run … --at`: its time is another, the leases are not."""
    lay_out(desk)
    desk.do(owe, key="mine")
    assert len(desk.do(delivery.lease, 8)) == 1  # a worker of the running product is sending it
    desk.do(owe, key="theirs")
    then = make_desk()
    then.clock = lambda: clock() + timedelta(days=17)
    assert [e.id for e in then.do(delivery.lease, 8, clock())] == [2]
    assert desk.do(delivery.lease, 8) == []
    then.clock = lambda: clock() - timedelta(days=17)
    assert then.do(delivery.lease, 8, clock()) == []
    clock.forward(seconds=61)
    assert len(desk.do(delivery.lease, 8)) == 2


def test_what_was_sent_for_another_day_does_not_count_against_today(
    desk: Desk, clock: Clock, post: Callable[..., Postman]
) -> None:
    postman = post(case_assigned="template")
    clock.forward(days=1)
    for n in range(desk.rulebook.hours.per_day):
        desk.do(owe, key=f"tomorrow {n}")
    assert deliver(postman) == desk.rulebook.hours.per_day
    clock.forward(days=-1)
    desk.do(owe, key="today")
    assert deliver(postman) == 1
