"""Not too many messages: what is over the day's number comes in one digest, once, and tells the newest state."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.replies import MAX_BYTES
from bot.wechat import WeChatRefused, WeChatUnreachable
from handlers import digest_words, notices, texts
from models.case import Case
from models.follower import Follower
from models.notification import Delivery, Notice, Notification
from models.person import Person
from rules.deadlines import Severity
from rules.roles import Role
from scheduler.deliver import Postman, Wording, deliver
from scheduler.digest import send_digests
from scheduler.remind import remind
from services import cases, daily_limit, digests, measures, notifications, reconciliation
from services.case_notices import facts
from services.delivery import Envelope
from services.desk import Desk, Work
from tests.conftest import MONDAY_MORNING, Clock
from tests.district import lay_out
from tests.query_plan import plan_of
from tests.scheduler.test_deliver import FakeWeChat, open_window
from tests.town_life import Life


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


@pytest.fixture
def wechat() -> FakeWeChat:
    return FakeWeChat()


@pytest.fixture
def postman(life: Life, wechat: FakeWeChat) -> Postman:
    """Delivers by customer-service message: the window is kept open."""
    life.desk.do(_forever)
    return Postman(
        life.desk, wechat, {},  # type: ignore[arg-type]
        Wording(
            sentence=lambda envelope, link: notices.sentence(envelope, link, "12345"),
            keywords=lambda envelope, fields, now: notices.keywords(envelope, fields, now, "12345"),
            link=lambda envelope: "https://heshao.example/c/link",
        ),
    )  # fmt: skip


def _forever(work: Work) -> None:
    for follower in work.session.scalars(select(Follower)):
        follower.window_until = work.now + timedelta(days=3650)


def rows(desk: Desk, who: str = "李镇长") -> list[Notification]:
    with desk.reading() as work:
        mine = select(Notification).join(Person).where(Person.name == who).order_by(Notification.id)
        return list(work.session.scalars(mine))


def to(wechat: FakeWeChat, openid: str = "o-chief2") -> list[str]:
    return [words for _, whom, words in wechat.sent if whom == openid]


def digests_in(said: list[str]) -> list[str]:
    return [words for words in said if words.startswith("【汇总】")]


def many(life: Life, count: int) -> list[int]:
    """So many cases with 北仓镇; nobody is told that they are new."""
    ids = [life.opens(town="北仓镇") for _ in range(count)]
    life.desk.do(_forget)
    return ids


def _forget(work: Work) -> None:
    for row in work.session.scalars(select(Notification)):
        work.session.delete(row)


def overdue(life: Life, postman: Postman, count: int) -> list[int]:
    """So many cases overdue on one day: Wednesday 2026-11-25 at nine, and everything that leaves has left."""
    life.at("2026-11-23 10:00")
    ids = many(life, count)
    life.at("2026-11-25 09:00")
    remind(life.desk)
    deliver(postman)
    return ids


def test_forty_cases_overdue_on_one_day_are_five_messages_and_one_digest_next_morning(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    """GLPI: hundreds of mails after one deadline."""
    overdue(life, postman, 40)
    assert len(to(wechat)) == life.desk.rulebook.hours.per_day == 5
    wechat.sent.clear()
    life.at("2026-11-26 08:00")
    send_digests(life.desk)
    deliver(postman)
    (digest,) = to(wechat)
    assert digest.startswith("【汇总】今日 35 件待办：\n")
    assert "请于" in digest or "应于" in digest
    shown = sum(line[0].isdigit() for line in digest.splitlines())
    assert f"还有 {35 - shown} 件，回复“待办”查看全部" in digest
    assert len(digest.encode()) <= MAX_BYTES
    assert shown > 10
    states = [row.delivery for row in rows(life.desk)]
    assert states.count(Delivery.SENT) == 6
    assert states.count(Delivery.GATHERED) == 35
    sums = life.desk.look(reconciliation.reconcile)
    with life.desk.reading() as work:
        total = work.session.scalar(select(func.count()).select_from(Notification))
    assert sums.owed + sums.held + sums.sent + sums.gathered + sums.undeliverable + sums.pointless == total


def test_what_was_digested_is_never_sent_singly_nor_digested_again(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 8)
    life.at("2026-11-25 20:00")
    for _ in range(8):
        life.clock.forward(hours=6)
        send_digests(life.desk)
        deliver(postman)
    told = {(row.delivery, row.sentence == "staff_digest") for row in rows(life.desk)}
    assert told == {(Delivery.SENT, False), (Delivery.SENT, True), (Delivery.GATHERED, False)}
    assert len(digests_in(to(wechat))) == 1
    assert len(to(wechat)) == 6


def test_a_case_that_moved_meanwhile_is_left_out(life: Life, postman: Postman, wechat: FakeWeChat) -> None:
    ids = overdue(life, postman, 8)
    held = [row.case_id or 0 for row in rows(life.desk) if row.delivery is Delivery.HELD]
    assert len(held) == 3
    assert set(held) <= set(ids)
    life.does("chief2", cases.accept, held[0])
    life.at("2026-11-26 08:00")
    send_digests(life.desk)
    deliver(postman)
    (digest,) = digests_in(to(wechat))
    assert digest.startswith("【汇总】今日 2 件待办：\n")
    with life.desk.reading() as work:
        numbers = [work.session.get_one(Case, case_id).number for case_id in held]
    assert [number in digest for number in numbers] == [False, True, True]
    assert [row.delivery for row in rows(life.desk) if row.case_id == held[0]][-1] is Delivery.POINTLESS


def test_where_nothing_remains_nothing_is_sent(life: Life, postman: Postman, wechat: FakeWeChat) -> None:
    for case_id in overdue(life, postman, 7):
        life.does("chief2", cases.accept, case_id)
    wechat.sent.clear()
    life.at("2026-11-26 08:00")
    send_digests(life.desk)
    deliver(postman)
    assert digests_in(to(wechat)) == []
    assert Delivery.HELD not in {row.delivery for row in rows(life.desk)}


def test_a_case_that_moves_while_its_digest_cannot_leave_is_left_out_too(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 7)
    held = [row.case_id or 0 for row in rows(life.desk) if row.delivery is Delivery.HELD]
    life.at("2026-11-26 08:00")
    send_digests(life.desk)
    wechat.troubles = [WeChatUnreachable("down")] * 20
    deliver(postman)
    assert digests_in(to(wechat)) == []
    wechat.troubles = []
    life.does("chief2", cases.accept, held[0])
    life.clock.forward(hours=2)
    deliver(postman)
    (digest,) = digests_in(to(wechat))
    assert digest.startswith("【汇总】今日 1 件待办：")


def test_after_a_weeks_outage_there_is_one_digest_of_the_newest_state(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 9)
    wechat.sent.clear()
    life.at("2026-12-03 11:00")  # the scheduler comes back a week later, late in the morning
    send_digests(life.desk)
    send_digests(life.desk)
    deliver(postman)
    (digest,) = digests_in(to(wechat))
    assert digest.count("已逾期") == 4
    assert len(to(wechat)) == 1


def test_a_digest_that_could_not_leave_for_days_takes_in_what_came_after_it(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 7)
    life.at("2026-11-26 08:00")
    send_digests(life.desk)  # and no worker runs
    life.desk.do(_hold_one_more)
    life.at("2026-11-27 08:00")
    send_digests(life.desk)
    deliver(postman)
    (digest,) = digests_in(to(wechat))
    assert digest.startswith("【汇总】今日 2 件待办，1 件进展")
    assert sum(row.sentence == "staff_digest" for row in rows(life.desk)) == 1


def _hold_one_more(work: Work) -> None:
    person = work.session.scalars(select(Person).where(Person.name == "李镇长")).one()
    owed = notifications.owe(work, Notice.DIGEST, "office_calendar_missing", "more", person=person, year=2027)
    row = work.session.get_one(Notification, owed)
    row.delivery, row.next_try_at = Delivery.HELD, work.now + timedelta(hours=20)


def test_two_at_once_owe_one_digest(life: Life, postman: Postman) -> None:
    overdue(life, postman, 8)
    life.at("2026-11-26 08:00")
    with ThreadPoolExecutor(2) as both:
        list(both.map(send_digests, [life.desk, life.desk]))
    mine = rows(life.desk)
    assert sum(row.sentence == "staff_digest" for row in mine) == 1
    assert sum(row.delivery is Delivery.GATHERED for row in mine) == 3


def test_a_place_is_kept_for_the_digest_whatever_leaves_before_it(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 8)
    wechat.sent.clear()
    life.at("2026-11-26 08:00")
    for _ in range(7):
        life.opens(town="北仓镇")
    deliver(postman)  # before the job has run
    assert len(to(wechat)) == 4
    send_digests(life.desk)
    deliver(postman)
    assert len(to(wechat)) == 5
    assert len(digests_in(to(wechat))) == 1


def test_no_digest_at_night_or_on_a_day_of_rest(life: Life, postman: Postman, wechat: FakeWeChat) -> None:
    life.at("2026-11-25 10:00")
    many(life, 9)
    life.at("2026-11-27 09:00")  # Friday
    remind(life.desk)
    deliver(postman)
    assert len(to(wechat)) == 5
    for at in (
        "2026-11-27 19:00",
        "2026-11-27 23:00",
        "2026-11-28 08:00",
        "2026-11-29 08:00",
        "2026-11-30 07:59",
    ):
        life.at(at)
        send_digests(life.desk)
        deliver(postman)
    assert len(to(wechat)) == 5
    life.at("2026-11-30 08:00")
    send_digests(life.desk)
    deliver(postman)
    assert len(digests_in(to(wechat))) == 1


def test_what_becomes_urgent_leaves_at_once_and_not_in_the_digest(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 7)
    held = [row.case_id or 0 for row in rows(life.desk) if row.delivery is Delivery.HELD]
    wechat.sent.clear()
    life.does("clerk", cases.change_severity, held[0], Severity.URGENT)
    deliver(postman)
    assert any("逾期" in words and words.startswith("【紧急】") for words in to(wechat))
    life.at("2026-11-26 08:00")
    send_digests(life.desk)
    deliver(postman)
    (digest,) = digests_in(to(wechat))
    assert digest.startswith("【汇总】今日 1 件待办：")


def test_a_digest_that_reaches_nobody_tells_the_office_of_every_case_in_it_that_asked_for_a_deed(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    life.at("2026-11-23 10:00")
    for _ in range(7):
        life.opens(town="北仓镇")
    deliver(postman)
    life.at("2026-11-24 08:00")
    send_digests(life.desk)
    life.desk.do(_silent, "o-chief2")
    deliver(postman)
    digest = rows(life.desk)[-1]
    assert (digest.sentence, digest.delivery) == ("staff_digest", Delivery.UNDELIVERABLE)
    with life.desk.reading() as work:
        marked = [case.for_office for case in work.session.scalars(select(Case)) if case.for_office]
    assert len(marked) == 2
    assert all("消息未能送达李镇长" in why for why in marked)


def _silent(work: Work, openid: str) -> None:
    follower = work.session.scalars(select(Follower).where(Follower.openid == openid)).one()
    follower.window_until = work.now


def test_the_successor_is_told_what_was_held_for_somebody_who_has_left(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 7)
    life.at("2026-11-26 08:00")
    life.appoints("钱镇长", Role.TOWN_CHIEF, "北仓镇")
    life.leaves("chief2")
    send_digests(life.desk)
    deliver(postman)
    assert digests_in(to(wechat)) == []
    assert {row.reason for row in rows(life.desk) if row.delivery is Delivery.POINTLESS} == {
        "本人已不在任，改发给现任"
    }
    with life.desk.reading() as work:
        to_successor = [
            each.case_id
            for each in work.session.scalars(
                select(Notification).join(Person).where(Person.name == "钱镇长").order_by(Notification.id)
            )
        ]
    held = [row.case_id for row in rows(life.desk) if row.delivery is Delivery.POINTLESS]
    assert to_successor == held


def reporters_news(work: Work, case_id: int, sentence: str, report: int) -> None:
    case = work.session.get_one(Case, case_id)
    follower = work.session.scalars(select(Follower).where(Follower.openid == "o-volunteer")).one()
    notifications.owe(
        work, Notice.CASE_STATE, sentence, f"{sentence}:{report}", follower=follower, case=case,
        ticket=f"JB-{report}", report=report, question="电话 13812345678 是谁的？", **facts(work, case),
    )  # fmt: skip


def test_a_reporter_hears_of_each_report_once_in_their_own_words(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    life.at("2026-11-23 10:00")
    ids = many(life, 7)
    for report, case_id in enumerate(ids, 1):
        life.does("chief2", cases.accept, case_id)
        life.desk.do(reporters_news, case_id, "reporter_accepted", report)
    life.desk.do(reporters_news, ids[6], "reporter_proved", 7)
    life.desk.do(reporters_news, ids[6], "reporter_question", 7)
    deliver(postman)
    assert len(to(wechat, "o-volunteer")) == 5
    wechat.sent.clear()
    life.at("2026-11-24 08:00")
    send_digests(life.desk)
    deliver(postman)
    (digest,) = to(wechat, "o-volunteer")
    lines = digest.splitlines()
    assert lines[0] == "【汇总】您反映的问题有 3 条进展："
    assert lines[1].startswith("· 编号 JB-7：办理单位想问：")
    assert "13812345678" not in digest
    assert lines[2].startswith("· 编号 JB-6：已由北仓镇受理")
    assert lines[3].startswith("· 编号 JB-7：北仓镇已报整改完成")
    with life.desk.reading() as work:
        assert not any(case.number in digest for case in work.session.scalars(select(Case)))
    assert "李镇长" not in digest


def test_what_a_reporter_was_told_since_is_left_out(life: Life, postman: Postman, wechat: FakeWeChat) -> None:
    life.at("2026-11-23 10:00")
    ids = many(life, 7)
    for report, case_id in enumerate(ids, 1):
        life.desk.do(reporters_news, case_id, "reporter_accepted", report)
    deliver(postman)
    life.at("2026-11-24 08:00")
    life.desk.do(reporters_news, ids[6], "reporter_proved", 7)  # leaves by itself
    wechat.sent.clear()
    send_digests(life.desk)
    deliver(postman)
    (digest,) = digests_in(to(wechat, "o-volunteer"))
    assert "JB-6" in digest
    assert "JB-7" not in digest


def test_what_waits_for_a_digest_is_counted_as_owed(life: Life, postman: Postman) -> None:
    overdue(life, postman, 8)
    held = 3
    assert life.desk.look(reconciliation.reconcile).held == held
    assert life.desk.look(measures.measure).owed == held
    life.at("2026-11-26 10:00")  # the job has not run: it shows
    assert life.desk.look(measures.measure).oldest_due_seconds == 2 * 3600


def test_a_refused_window_and_a_word_from_the_reader_bring_the_digest_after_all(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 7)
    life.at("2026-11-26 08:00")
    send_digests(life.desk)
    wechat.troubles = [WeChatRefused(45015, "response out of time limit")]
    deliver(postman)
    assert digests_in(to(wechat)) == []

    def speaks(work: Work) -> None:
        open_window(work)
        follower = work.session.scalars(select(Follower).where(Follower.openid == "o-chief2")).one()
        notifications.window_opened(work, follower.id, follower.person_id)

    life.desk.do(speaks)
    deliver(postman)
    assert len(digests_in(to(wechat))) == 1


def test_who_is_due_a_digest_is_read_off_the_index(desk: Desk) -> None:
    assert "ix_notification_due" in plan_of(desk, digests.persons_held(desk.clock()))
    assert "ix_notification_due" in plan_of(desk, digests.reporters_held(desk.clock()))


def envelope(sentence: str, says: dict[str, Any]) -> Envelope:
    return Envelope(
        1, Notice.DIGEST, sentence, says, "o", "v", True, True, None, None, 0, False, 1, MONDAY_MORNING,
    )  # fmt: skip


WORDS = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=200)


@given(st.lists(WORDS, min_size=1, max_size=digests.MOST_LINES), st.integers(0, 500))
def test_a_digest_fits_into_one_message_and_counts_what_it_leaves_out(places: list[str], more: int) -> None:
    lines = [
        {
            "sentence": "town_overdue", "short": n, "place": place, "number": f"2026-{n:04}", "standing": "assigned",
            "asks": True, "late": True, "deadline": "11月24日24时前",
        }
        for n, place in enumerate(places, 1)
    ]  # fmt: skip
    count = len(lines) + more
    said = digest_words.message(envelope("staff_digest", {"todo": count, "count": count, "lines": lines}))
    assert len(said.encode()) <= MAX_BYTES
    shown = sum(line[0].isdigit() for line in said.splitlines())
    assert (f"还有 {count - shown} 件" in said) == (shown < count)


def test_every_sentence_that_may_be_held_has_its_line() -> None:
    class Anything(dict[str, Any]):
        def __missing__(self, key: str) -> str:
            return "某某"

    for sentence in texts.NOTICES:
        if sentence in daily_limit.DIGESTS:
            continue
        says = Anything(sentence=sentence, short=1, standing="assigned", asks=True, late=False, place="桥东")
        own = "reporter_digest" if sentence.startswith("reporter_") else "staff_digest"
        said = digest_words.message(envelope(own, {"todo": 1, "count": 1, "lines": [says]}))
        assert "{" not in said
        assert "_" not in said


def _reports_too(work: Work, name: str, count: int) -> None:
    """Who holds an office has also reported something: so many pieces of news of it."""
    follower = work.session.scalars(select(Follower).where(Follower.openid == f"o-{name}")).one()
    case = work.session.scalars(select(Case).order_by(Case.id).limit(1)).one()
    for report in range(count):
        notifications.owe(
            work, Notice.CASE_STATE, "reporter_accepted", f"own:{report}", follower=follower, case=case,
            ticket=f"JB-{report}", report=report, **facts(work, case),
        )  # fmt: skip


def test_a_chief_who_also_reports_has_one_telephone_and_one_days_number(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 3)
    assert len(to(wechat)) == 3
    life.desk.do(_reports_too, "chief2", 4)
    deliver(postman)
    assert len(to(wechat)) == 5
    wechat.sent.clear()
    life.at("2026-11-26 08:00")
    send_digests(life.desk)
    for _ in range(3):
        life.opens(town="北仓镇")
    deliver(postman)
    assert len(to(wechat)) <= 5
    assert len(digests_in(to(wechat))) == 1
    assert "JB-3" in digests_in(to(wechat))[0]


def test_a_place_is_kept_for_both_digests_of_one_telephone(
    life: Life, postman: Postman, wechat: FakeWeChat
) -> None:
    overdue(life, postman, 7)
    life.desk.do(_reports_too, "chief2", 2)
    deliver(postman)
    assert len(to(wechat)) == 5
    wechat.sent.clear()
    life.at("2026-11-26 08:00")
    for _ in range(7):
        life.opens(town="北仓镇")
    deliver(postman)  # before the job has run
    send_digests(life.desk)
    deliver(postman)
    assert len(to(wechat)) == 5
    assert len(digests_in(to(wechat))) == 2
