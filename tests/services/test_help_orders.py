"""Orders to those who help on a whistle and do not: issued by the ladder or by hand, answered, judged; they end with
what they ask for."""

from datetime import date
from typing import Any

import pytest

from models.case import Case
from models.handling import Duty, DutyKind
from models.help_order import HelpOrder
from models.supervision import SupervisionOrder
from models.whistle import WhistleEntry
from rules.refusal import Refusal
from rules.roles import Role
from rules.supervision import OrderState
from scheduler.remind import remind
from services import (
    audit,
    cases,
    chase,
    circular,
    help_orders,
    open_list,
    order_papers,
    orders,
    supervision,
    whistle_parties,
    whistles,
)
from services.desk import Desk, Work
from services.papers import Line
from tests.conftest import Clock
from tests.district import lay_out
from tests.services.test_whistles import WATER, _is_of, all_, answers, as_, closes, finishes, names, owed
from tests.town_life import Life


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    """The district, with somebody who speaks for 区水务局."""
    life = Life(desk, clock, lay_out(desk))
    life.appoints("water", Role.DEPARTMENT)
    desk.do(_is_of, "water", WATER)
    return life


def asked(life: Life, who: str = "区水务局、北仓镇") -> int:
    """A case on which these were named to help on Tuesday 24 November: they answer by Friday; the case's id."""
    life.at("2026-11-24 10:00")
    life.appoints("孙区长", Role.DISTRICT_CHIEF)
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    as_(life, "clerk", names, "1", who)
    return case


def reminded(life: Life, *days: str) -> None:
    for day in days:
        life.at(f"2026-{day} 09:00")
        remind(life.desk)


def ordered(life: Life) -> list[HelpOrder]:
    return list(all_(life, HelpOrder))


def order_(name: str, life: Life, step: Any, number: str, *args: Any) -> Any:
    """What `name` does with the order of this number."""
    return as_(life, name, _order, step, number, args)


def _order(work: Work, step: Any, number: str, args: Any) -> Any:
    return step(work, orders.called(work, number), *args)


def by_hand(work: Work, number: str, party: str, reason: str) -> None:
    help_orders.issue(work, whistle_parties.party_called(work, whistles.called(work, number), party), reason)


def test_who_does_not_answer_a_whistle_is_ordered_once_and_is_then_asked_for_the_answer(life: Life) -> None:
    asked(life, WATER)
    reminded(life, "11-27", "11-30", "12-01")
    assert ordered(life) == []
    reminded(life, "12-02", "12-02", "12-03", "12-04")
    (order,) = ordered(life)
    assert (order.number, order.state, order.reason, order.by_hand) == ("〔2026〕1号", OrderState.ISSUED, "逾期未回哨", False)  # fmt: skip
    assert owed(life, "order", "help_order") == [
        "water:helper_order", "孙区长:town_help_order_copy", "周科员:office_help_order", "郑科员:office_help_order",
    ]  # fmt: skip
    assert owed(life, "whistle_due")[-1:] == ["water:helper_whistle_due"]
    assert (
        len(owed(life, "whistle_due")) == 2
    )  # on the last day, overdue: then its order is what it is reminded of
    reminded(life, "12-07", "12-08", "12-09", "12-10", "12-11")
    assert owed(life, "order_due") == ["water:helper_order_due", "water:helper_order_due"]
    assert owed(life, "help_order_talk") == [
        "周科员:office_help_order_talk", "郑科员:office_help_order_talk", "孙区长:town_help_order_talk",
    ]  # fmt: skip
    reminded(life, "12-14", "12-15", "12-30")
    assert len(ordered(life)) == 1
    assert len(owed(life, "help_order_talk")) == 3


def test_it_is_answered_sent_back_answered_again_and_accepted(life: Life) -> None:
    case = asked(life, WATER)
    as_(life, "clerk", by_hand, "1", WATER, "群众多次来电")
    with pytest.raises(Refusal, match="已有没有办结的督办单〔2026〕1号"):
        as_(life, "clerk", by_hand, "1", WATER, "再催")
    with pytest.raises(Refusal, match="不是发给您单位的"):
        order_("chief2", life, orders.answer, "1", "知道了", 1)
    with pytest.raises(Refusal, match="至少要有一张现场照片"):
        order_("water", life, orders.answer, "1", "知道了", 0)
    order_("water", life, orders.answer, "1", "知道了", 1)
    with life.desk.reading() as work:
        assert "督办单〔2026〕1号（区水务局）的答复待审核" in work.session.get_one(Case, case).for_office
    order_("clerk", life, orders.send_back, "1", "没有说明原因")
    order_("water", life, orders.answer, "1", "设备故障，周五前封堵", 1)
    order_("clerk", life, orders.accept, "1")
    with life.desk.reading() as work:
        assert "督办单" not in (work.session.get_one(Case, case).for_office or "")
        assert [broken for _, broken in audit.verify(work.session)] == [None]
    assert [e.what for e in all_(life, WhistleEntry)] == [
        "blown", "named", "ordered", "order_answered", "order_sent_back", "order_answered", "order_accepted",
    ]  # fmt: skip
    assert owed(life, "order_sent_back", "order_over") == [
        "water:helper_order_sent_back",
        "water:helper_order_over",
    ]


def test_it_ends_when_the_helper_answers_the_whistle_and_a_broken_promise_is_another_order(
    life: Life,
) -> None:
    asked(life, WATER)
    reminded(life, "12-02")
    as_(life, "water", answers, "1", WATER, "封堵排口", "2026-12-04")
    (order,) = ordered(life)
    assert (order.state, order.taken_back, order.remind_at) == (OrderState.WITHDRAWN, False, None)
    assert owed(life, "order_over") == []  # who answered needs no message of it
    reminded(life, "12-03", "12-04", "12-07", "12-08", "12-09")
    assert [(o.number, o.reason, o.promised) for o in ordered(life)][1:] == [
        ("〔2026〕2号", "未按承诺的日期办完", "封堵排口，12月4日24时前完成")
    ]
    as_(life, "water", finishes, "1", WATER, "排口已封堵")
    assert ordered(life)[1].state is OrderState.WITHDRAWN
    reminded(life, "12-10", "12-31")
    assert len(ordered(life)) == 2


def test_it_ends_with_its_whistle_even_where_an_answer_waits_for_the_office(life: Life) -> None:
    case = asked(life, WATER)
    reminded(life, "12-02")
    order_("water", life, orders.answer, "1", "设备故障", 1)
    as_(life, "chief", closes, "1")
    assert [o.state for o in ordered(life)] == [OrderState.WITHDRAWN]
    with life.desk.reading() as work:
        assert not work.session.get_one(Case, case).for_office
    with pytest.raises(Refusal, match="不用再督办"):
        as_(life, "clerk", by_hand, "1", WATER, "再催")


def test_after_an_accepted_answer_another_comes_only_when_again_days_have_passed(life: Life) -> None:
    asked(life, WATER)
    reminded(life, "12-02")
    order_("water", life, orders.answer, "1", "设备故障，下周封堵", 1)
    order_("clerk", life, orders.accept, "1")
    reminded(life, *[f"12-{day:02}" for day in range(3, 16)])
    assert len(ordered(life)) == 1
    reminded(life, "12-16")  # ten working days
    assert [o.reason for o in ordered(life)] == ["逾期未回哨", "逾期未回哨，上次督办后仍无结果"]


def test_orders_to_helpers_and_to_towns_are_numbered_in_one_sequence(life: Life) -> None:
    asked(life)
    other = life.opens()
    life.does("clerk", supervision.issue, other, "多次催办")
    as_(life, "clerk", by_hand, "1", WATER, "至今没有回哨")
    as_(life, "clerk", by_hand, "1", "北仓镇", "至今没有回哨")
    assert [o.number for o in all_(life, SupervisionOrder)] == ["〔2026〕1号"]
    assert [(o.number, o.party_id) for o in ordered(life)] == [("〔2026〕2号", 1), ("〔2026〕3号", 2)]


def test_nobody_outside_the_district_is_ordered_and_only_the_office_orders(life: Life) -> None:
    asked(life, "上游武清区河长办")
    reminded(life, "11-27", "11-30", "12-02", "12-03", "12-08")
    assert ordered(life) == []
    with pytest.raises(Refusal, match="区外单位"):
        as_(life, "clerk", by_hand, "1", "上游武清区河长办", "没有回哨")
    with pytest.raises(Refusal, match="只有河长办"):
        as_(life, "chief", by_hand, "1", "上游武清区河长办", "没有回哨")


def test_a_successor_is_asked_for_the_answer(life: Life) -> None:
    asked(life, "北仓镇")
    reminded(life, "12-02")
    life.leaves("chief2")
    life.appoints("新镇长", Role.TOWN_CHIEF, "北仓镇")
    reminded(life, "12-07")
    assert owed(life, "order_due") == ["新镇长:helper_order_due"]


def test_an_order_to_a_helping_town_is_no_order_of_its_own_in_the_assessment(life: Life) -> None:
    """What it owes the whistle is judged as help; it is neither a second order in the quarter nor one to answer."""
    asked(life, "北仓镇")
    reminded(life, "12-02")
    own = life.opens(town="北仓镇")
    life.does("clerk", supervision.issue, own, "多次催办")
    assert owed(life, "talk_called") == []
    kinds = [duty.kind for duty in all_(life, Duty) if duty.order_id is not None]
    assert kinds == [DutyKind.ANSWER_ORDER]
    assert DutyKind.ANSWER_WHISTLE in {duty.kind for duty in all_(life, Duty)}


def test_the_paper_names_the_whistle_and_what_was_promised(life: Life) -> None:
    asked(life, WATER)
    as_(life, "water", answers, "1", WATER, "封堵排口", "2026-11-27")
    reminded(life, "11-30", "12-02")
    with life.desk.reading() as work:
        paper = order_papers.paper_of(work, orders.called(work, "1"))
    text = "".join(line.text for line in paper.body if isinstance(line, Line))
    assert (paper.number, paper.to, paper.copy_to) == ("〔2026〕1号", WATER, "区级河湖长")
    for said in (
        "吹哨（〔2026〕1号）",
        "请水务局封堵上游排口",
        "你单位回哨：封堵排口，11月27日24时前完成",
        "提请区级河湖长约谈",
    ):
        assert said in text


def test_the_paper_keeps_the_date_it_was_issued_with(life: Life) -> None:
    asked(life, WATER)
    reminded(life, "12-02")
    before = _paper(life)
    reminded(life, "12-04")
    order_("water", life, orders.answer, "1", "知道了", 1)
    order_("clerk", life, orders.send_back, "1", "没有说明原因")
    assert _paper(life) == before


def _paper(life: Life) -> list[str]:
    with life.desk.reading() as work:
        paper = order_papers.paper_of(work, orders.called(work, "1"))
    return [line.text for line in paper.body if isinstance(line, Line)]


def test_lists_and_the_circular_name_it(life: Life) -> None:
    asked(life)
    as_(life, "clerk", by_hand, "1", WATER, "至今没有回哨")
    as_(life, "clerk", by_hand, "1", "北仓镇", "至今没有回哨")
    with life.desk.reading() as work:
        (row,) = open_list.open_rows(work)
        found = circular.circular(work, date(2026, 11, 1))
    assert row.order == "〔2026〕1号（区水务局）、〔2026〕2号（北仓镇）"
    assert {unit[0]: unit[5] for unit in found.towns if unit[5]} == {"北仓镇": 1, WATER: 1}
    assert found.total[4] == 2


def test_a_place_without_a_case_can_be_ordered_about_too(life: Life) -> None:
    as_(life, "clerk", whistles.blow_at, "北运河省界断面", "请水务局清捞")
    as_(life, "clerk", names, "1", WATER)
    reminded(life, "12-02")
    order_("water", life, orders.answer, "1", "已安排清捞", 1)
    order_("clerk", life, orders.accept, "1")
    assert [o.state for o in ordered(life)] == [OrderState.ACCEPTED]


def test_who_helps_is_not_chased_either_while_the_office_has_put_the_case_off(life: Life) -> None:
    case = asked(life, WATER)
    life.does("clerk", chase.hold, case, 10, "汛期抢险")  # until 8 December
    reminded(life, "11-27", "11-30", "12-02", "12-08")
    assert ordered(life) == []
    assert owed(life, "whistle_due", "whistle_late") == []
    reminded(life, "12-09")
    assert [order.reason for order in ordered(life)] == ["逾期未回哨"]
    life.does("clerk", chase.hold, case, 5, "汛期抢险")
    reminded(life, "12-14")
    assert owed(life, "order_due") == []
    life.does("clerk", chase.hold, case, 0, "恢复")
    reminded(life, "12-15")
    assert owed(life, "order_due") == ["water:helper_order_due"]
