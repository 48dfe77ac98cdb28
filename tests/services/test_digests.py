"""Lines of a digest: a talk's time and place stay beside an order, an extension asked for is something to do."""

from sqlalchemy import select

from handlers import digest_words
from models.notification import Delivery, Notice, Notification
from models.person import Person
from rules.supervision import Ground
from scheduler.digest import send_digests
from services import admonitions, cases, delivery, extensions, supervision
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life, china


def held(work: Work) -> None:
    """All that is owed waits for the digest."""
    for row in work.session.scalars(select(Notification).where(Notification.delivery == Delivery.OWED)):
        row.delivery, row.not_before = Delivery.HELD, china("2026-11-24 08:00")
        row.next_try_at = row.not_before


def digest_of(life: Life, name: str) -> str:
    life.desk.do(held)
    life.at("2026-11-24 08:00")
    send_digests(life.desk)
    envelopes = life.desk.do(delivery.lease, 50)
    with life.desk.reading() as work:
        mine = select(Notification.id).join(Person).where(Person.name == name)
        ids = set(work.session.scalars(mine.where(Notification.notice == Notice.DIGEST)))
    (envelope,) = [e for e in envelopes if e.id in ids]
    return digest_words.message(envelope)


def test_a_talks_time_and_place_do_not_vanish_behind_a_newer_order(desk: Desk, clock: Clock) -> None:
    life = Life(desk, clock, lay_out(desk))
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("clerk", admonitions.call, case, Ground.BY_HAND, "整改不力")
    life.talks("clerk", admonitions.set_date, 1, china("2026-11-26 14:00"), "区河长办三楼会议室")
    life.does("clerk", supervision.issue, case, "多次催办仍未整改")
    digest = digest_of(life, "王镇长")
    assert "11月26日 14:00，地点：区河长办三楼会议室" in digest
    assert "请于11月26日24时前书面答复" in digest


def test_an_extension_asked_for_is_something_to_do_with_the_words_to_answer(desk: Desk, clock: Clock) -> None:
    life = Life(desk, clock, lay_out(desk))
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("chief", extensions.ask, case, 3, "降雨")
    digest = digest_of(life, "周科员")
    assert digest.startswith("【汇总】今日 1 件待办")
    assert "申请延期3个工作日（请回复：准 1／不准 1 理由）" in digest
