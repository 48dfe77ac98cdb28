"""Order numbers without gaps, and what the services refuse."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from models.admonition import Admonition, Referral
from models.case import Case
from models.notification import Notification
from models.registry import Town
from models.supervision import SupervisionOrder
from rules.escalation import Rung
from rules.refusal import Refusal
from rules.supervision import Ground
from scheduler.remind import remind
from services import admonitions, cases, referrals, supervision
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life, china


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def numbers(desk: Desk) -> list[str]:
    with desk.reading() as work:
        return list(work.session.scalars(select(SupervisionOrder.number).order_by(SupervisionOrder.id)))


def test_many_orders_at_once_are_numbered_without_gaps(life: Life) -> None:
    opened = [life.opens() for _ in range(8)]
    for case in opened:
        life.does("chief", cases.accept, case)
    failed: list[Exception] = []

    def order(case: int) -> None:
        try:
            life.does("clerk", supervision.issue, case, "未整改")
        except Exception as error:  # noqa: BLE001 - shown below
            failed.append(error)

    threads = [threading.Thread(target=order, args=(case,)) for case in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(numbers(life.desk)) == sorted(f"〔2026〕{n}号" for n in range(1, 9))


def test_what_is_undone_gives_its_number_back(life: Life) -> None:
    case = life.opens()

    def issue_and_fail(work: Work) -> None:
        supervision.issue(work, work.session.get_one(Case, case), "未整改")
        raise Refusal("弄错了")

    with pytest.raises(Refusal):
        life.desk.do(issue_and_fail)
    life.does("clerk", supervision.issue, case, "未整改")
    assert numbers(life.desk) == ["〔2026〕1号"]


def test_each_china_year_begins_with_one(life: Life) -> None:
    life.at("2026-12-31 10:00")
    first, second = life.opens(), life.opens()
    life.does("clerk", supervision.issue, first, "未整改")
    life.at("2027-01-01 00:30")  # in UTC still 2026
    life.does("clerk", supervision.issue, second, "未整改")
    assert numbers(life.desk) == ["〔2026〕1号", "〔2027〕1号"]


@pytest.mark.parametrize("name", ["chief", "general"])
def test_only_the_office_supervises(life: Life, name: str) -> None:
    case = life.opens()
    steps: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        (supervision.issue, ("未整改",)), (admonitions.call, (Ground.BY_HAND, "未整改")),
    ]  # fmt: skip
    for step, args in steps:
        with pytest.raises(Refusal, match="只有河长办"):
            life.does(name, step, case, *args)
    assert numbers(life.desk) == []


def test_a_case_that_is_with_no_town_cannot_be_ordered(life: Life) -> None:
    case = life.opens()
    life.does("chief", cases.hand_back, case, "不是我们的河段")
    with pytest.raises(Refusal, match="没有可以督办的单位"):
        life.does("clerk", supervision.issue, case, "未整改")


def test_an_order_waits_while_the_proof_is_with_the_office_and_goes_on_after(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("clerk", supervision.issue, case, "未整改")
    assert _order(life).remind_at == china("2026-11-26 09:00")
    life.proves(case)
    assert _order(life).remind_at is None
    life.does("clerk", cases.send_back, case, "还有垃圾")
    assert _order(life).remind_at == china("2026-11-26 09:00")
    life.proves(case)
    life.does("clerk", cases.verify, case)
    assert _order(life).remind_at is None
    life.at("2026-12-07 10:00")
    life.does("clerk", cases.reopen, case, "又有垃圾")
    assert (_order(life).remind_at, _order(life).answer_by) == (
        china("2026-12-10 09:00"),
        china("2026-12-11 00:00"),
    )


def test_a_talk_that_is_called_twice_is_one_talk_with_two_grounds(life: Life) -> None:
    case = life.opens()
    life.does("clerk", admonitions.call, case, Ground.BY_HAND, "整改不力")
    life.does("clerk", admonitions.call, case, Ground.FALSIFIED, "照片不是该处")
    with life.desk.reading() as work:
        (talk,) = work.session.scalars(select(Admonition))
        assert talk.reason == "整改不力；整改弄虚作假：照片不是该处"


def _order(life: Life) -> SupervisionOrder:
    with life.desk.reading() as work:
        return work.session.scalars(select(SupervisionOrder)).one()


def test_a_referral_prepared_by_hand_does_not_stop_the_ladder(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("clerk", admonitions.call, case, Ground.BY_HAND, "整改不力")
    undertaken = admonitions.Minutes(
        "郑科员", ("王镇长",), "要求整改", "十一月底前清理", china("2026-11-24 00:00").date()
    )
    life.talks("clerk", admonitions.record_minutes, 1, undertaken)
    life.does("clerk", referrals.prepare, case, "拒不整改")
    life.at("2026-12-10 10:00")
    remind(life.desk)
    with life.desk.reading() as work:
        talk = work.session.scalars(select(Admonition)).one()
        assert (talk.climbed, talk.remind_at) == (Rung.REFERRAL, None)
        assert work.session.scalars(select(Referral.number)).all() == ["〔2026〕1号"]


def test_a_talk_whose_case_went_away_is_shown_to_the_office(life: Life) -> None:
    case = life.opens()
    life.does("clerk", admonitions.call, case, Ground.BY_HAND, "整改不力")

    def transfer(work: Work, found: Case) -> None:
        cases.transfer(work, found, work.session.get_one(Town, life.district.towns["北仓镇"]))

    life.does("clerk", transfer, case)
    with life.desk.reading() as work:
        found = work.session.get_one(Case, case)
        assert f"撤销约谈 {found.number} 理由" in found.for_office
        told = select(Notification.sentence).where(Notification.sentence == "office_talk_to_withdraw")
        assert len(work.session.scalars(told).all()) == 2
    life.talks("clerk", admonitions.withdraw, 1, "已转派")
    with life.desk.reading() as work:
        assert "约谈" not in work.session.get_one(Case, case).for_office


def test_a_second_order_adds_its_ground_to_the_talk_there_is_and_a_third_does_not(life: Life) -> None:
    case = life.opens()
    life.does("clerk", admonitions.call, case, Ground.BY_HAND, "整改不力")
    for serial in (1, 2, 3):
        life.does("clerk", supervision.issue, case, "多次催办")
        life.orders("chief", supervision.answer, serial, "已清理", 1)
        life.orders("clerk", supervision.accept, serial)
    with life.desk.reading() as work:
        (talk,) = work.session.scalars(select(Admonition))
        assert talk.reason == "整改不力；一个季度内多次被督办：本季度第2次被督办（督办单〔2026〕2号）"
