"""More time (延期) and the ladder: who is pressed while a request waits, what becomes of an order already issued."""

from typing import Any

import pytest
from sqlalchemy import select

from models.admonition import Admonition
from models.case import Case
from models.extension import Extension, due_extensions
from models.notification import Notification
from models.supervision import SupervisionOrder
from rules.supervision import OrderState
from scheduler.remind import remind
from services import cases, chase, extensions, supervision, whistles
from services.desk import Desk
from tests.conftest import Clock
from tests.district import lay_out
from tests.query_plan import plan_of
from tests.town_life import Life, china


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def all_(life: Life, table: Any) -> list[Any]:
    with life.desk.reading() as work:
        return list(work.session.scalars(select(table).order_by(table.id)))


def said(life: Life, *sentences: str) -> list[str]:
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [
            f"{row.person.name}:{row.sentence}" for row in rows if row.person and row.sentence in sentences
        ]


def swept(life: Life, *days: str, at: str = "09:00") -> None:
    for day in days:
        life.at(f"2026-{day} {at}")
        remind(life.desk)
        remind(life.desk)


@pytest.fixture
def case(life: Life) -> int:
    """Accepted on Monday the 23rd of November: due on Monday the 30th."""
    life.at("2026-11-23 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    return case_id


TOWN = ("town_on_the_day", "town_overdue", "town_order")


def test_the_office_that_does_not_answer_is_pressed_and_the_town_is_not(life: Life, case: int) -> None:
    life.at("2026-11-26 10:00")
    life.does("chief", extensions.ask, case, 5, "连日降雨")
    swept(life, "11-27")
    assert said(life, "town_day_before") == ["王镇长:town_day_before", "赵联络员:town_day_before"]
    pressed = []
    for day in ("11-28", "11-29", "11-30", "12-01", "12-02", "12-03", "12-04", "12-05", "12-07"):
        swept(life, day)
        pressed.append(len(said(life, "office_extension_due")))
    assert pressed == [0, 0, 2, 4, 6, 8, 10, 10, 12]  # two clerks, each working day, no weekend
    assert said(life, *TOWN) == []
    words = [row.says["late"] for row in all_(life, Notification) if row.sentence == "office_extension_due"]
    assert words[:3] == ["即将到期", "即将到期", "已经过了"]


def test_refused_late_the_towns_lateness_counts_from_the_refusal(life: Life, case: int) -> None:
    life.at("2026-11-27 10:00")
    life.does("chief", extensions.ask, case, 2, "连日降雨")
    swept(life, "11-30", "12-01", "12-02", "12-03")
    life.does("clerk", extensions.refuse, case, "现场已具备条件")
    assert said(life, *TOWN) == []
    swept(life, "12-04")
    assert said(life, *TOWN) == ["王镇长:town_overdue", "赵联络员:town_overdue"]
    swept(life, "12-07")
    assert all_(life, SupervisionOrder) == []
    swept(life, "12-08")  # three working days after the refusal
    assert [order.number for order in all_(life, SupervisionOrder)] == ["〔2026〕1号"]
    assert all_(life, Extension)[0].remind_at is None
    assert len(said(life, "office_extension_due")) == 8


def test_granted_late_the_new_date_has_its_own_reminders(life: Life, case: int) -> None:
    life.at("2026-11-27 10:00")
    life.does("chief", extensions.ask, case, 3, "连日降雨")
    swept(life, "11-30", "12-01")
    life.does("clerk", extensions.grant, case)
    swept(life, "12-02", "12-03")
    assert said(life, *TOWN) == ["王镇长:town_on_the_day", "赵联络员:town_on_the_day"]
    assert len(said(life, "office_extension_due")) == 4


def test_while_a_whistle_is_open_or_the_ladder_is_put_off_nobody_is_pressed(life: Life, case: int) -> None:
    life.at("2026-11-26 10:00")
    life.does("chief", extensions.ask, case, 5, "连日降雨")
    life.does("clerk", chase.hold, case, 3, "汛期抢险")
    swept(life, "11-30", "12-01")
    assert said(life, "office_extension_due") == []
    swept(life, "12-02", "12-03")
    assert len(said(life, "office_extension_due")) == 4  # put off until the end of the 1st
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    swept(life, "12-04", "12-07")
    assert len(said(life, "office_extension_due")) == 4


def ordered_by_the_ladder(life: Life, case: int) -> None:
    """The ladder has ordered, three working days after the date."""
    swept(life, "12-01", "12-02", "12-03")
    assert [order.by_hand for order in all_(life, SupervisionOrder)] == [False]


def test_an_order_of_the_ladder_falls_with_its_ground_when_more_time_is_granted(
    life: Life, case: int
) -> None:
    ordered_by_the_ladder(life, case)
    life.desk.do(_asked_in_time, case)
    life.at("2026-12-03 11:00")
    life.does("clerk", extensions.grant, case)
    (order,) = all_(life, SupervisionOrder)
    assert (order.state, order.remark) == (OrderState.WITHDRAWN, "已批准延期5个工作日，整改期限未到")
    assert said(life, "town_order_withdrawn") == [
        "王镇长:town_order_withdrawn",
        "赵联络员:town_order_withdrawn",
    ]
    swept(life, "12-04", "12-07", "12-08", "12-09")
    assert len(all_(life, SupervisionOrder)) == 1
    swept(life, "12-10")  # three days after the new date
    assert len(all_(life, SupervisionOrder)) == 2


def test_an_order_for_accepting_late_stands_when_more_time_for_rectifying_is_granted(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    swept(life, "11-25", "11-26", "11-27")
    life.does("chief", cases.accept, case)
    life.does("chief", extensions.ask, case, 2, "连日降雨")
    life.does("clerk", extensions.grant, case)
    (order,) = all_(life, SupervisionOrder)
    assert (order.by_hand, order.state, order.answer_days) == (False, OrderState.ISSUED, 5)


def _asked_in_time(work: Any, case_id: int) -> None:
    """A request that was there before the ladder waited for its answer (a row of version 0.1)."""
    case = work.session.get_one(Case, case_id)
    case.extensions = 1
    work.session.add(
        Extension(
            case_id=case_id, asked_by="x", asked_at=china("2026-11-27 10:00"), days=5, reason="连日降雨",
            state="asked", due_before=case.rectify_by,
        )
    )  # fmt: skip


def test_an_order_by_hand_stands_and_is_answered_so_much_later(life: Life, case: int) -> None:
    life.at("2026-11-26 10:00")
    life.does("clerk", supervision.issue, case, "领导批示，限期整改")
    life.does("chief", extensions.ask, case, 2, "连日降雨")
    (order,) = all_(life, SupervisionOrder)
    assert order.answer_by == china("2026-12-02 00:00")
    life.does("clerk", extensions.grant, case)
    (order,) = all_(life, SupervisionOrder)
    assert (order.state, order.answer_by, order.answer_days) == (
        OrderState.ISSUED,
        china("2026-12-04 00:00"),
        5,
    )
    rows = [row.says for row in all_(life, Notification) if row.sentence == "town_order_new_date"]
    assert [(says["answer_by"], says["was"], says["reason"]) for says in rows] == [
        ("12月3日24时前", "12月1日24时前", "已批准延期2个工作日")
    ] * 2


def test_an_order_that_was_answered_is_judged_as_it_is(life: Life, case: int) -> None:
    life.at("2026-11-26 10:00")
    life.does("clerk", supervision.issue, case, "领导批示，限期整改")
    life.orders("chief", supervision.answer, 1, "已组织施工", 1)
    life.does("chief", extensions.ask, case, 2, "连日降雨")
    life.does("clerk", extensions.grant, case)
    (order,) = all_(life, SupervisionOrder)
    assert (order.state, order.answer_by) == (OrderState.ANSWERED, china("2026-12-02 00:00"))


def test_an_order_taken_back_is_not_issued_again_the_same_morning(life: Life, case: int) -> None:
    ordered_by_the_ladder(life, case)
    life.at("2026-12-04 10:00")
    life.orders("clerk", supervision.withdraw, 1, "已电话督促")
    orders = []
    for day in ("12-04", "12-07", "12-11", "12-17", "12-18"):
        swept(life, day, at="11:00")
        orders.append(len(all_(life, SupervisionOrder)))
    assert orders == [1, 1, 1, 1, 2]  # ten working days after it was taken back
    again = all_(life, SupervisionOrder)[1]
    assert again.reason == "逾期未完成整改，督办单〔2026〕1号撤销后仍未办结"
    office = [row.says["order"] for row in all_(life, Notification) if row.sentence == "office_order"]
    assert office == ["〔2026〕1号"] * 2 + ["〔2026〕2号"] * 2


def test_nor_one_the_office_had_issued_itself_before_the_ladder_would(life: Life, case: int) -> None:
    life.at("2026-12-02 10:00")
    life.does("clerk", supervision.issue, case, "领导批示")
    life.at("2026-12-03 11:00")  # the ladder's own day
    life.orders("clerk", supervision.withdraw, 1, "已电话督促")
    swept(life, "12-03", "12-04", "12-16", at="12:00")
    assert len(all_(life, SupervisionOrder)) == 1
    swept(life, "12-17")
    assert len(all_(life, SupervisionOrder)) == 2


def test_nor_a_second_one_that_followed_an_accepted_answer(life: Life, case: int) -> None:
    ordered_by_the_ladder(life, case)
    life.orders("chief", supervision.answer, 1, "已清理", 1)
    life.orders("clerk", supervision.accept, 1)
    swept(life, "12-17")
    assert len(all_(life, SupervisionOrder)) == 2
    life.orders("clerk", supervision.withdraw, 2, "已电话督促")
    swept(life, "12-18", "12-21", "12-30")
    assert len(all_(life, SupervisionOrder)) == 2
    swept(life, "12-31")
    assert len(all_(life, SupervisionOrder)) == 3


def test_the_office_decides_on_a_talk_whose_order_was_taken_back(life: Life, case: int) -> None:
    ordered_by_the_ladder(life, case)
    swept(life, "12-10")
    assert len(all_(life, Admonition)) == 1
    life.orders("clerk", supervision.withdraw, 1, "已电话督促")
    assert said(life, "office_talk_to_withdraw") == [
        "周科员:office_talk_to_withdraw",
        "郑科员:office_talk_to_withdraw",
    ]
    assert "约谈〔2026〕1号还没有了结（督办单〔2026〕1号已撤销）" in all_(life, Case)[0].for_office


def test_requests_due_are_found_by_an_index(life: Life) -> None:
    assert "ix_extension_remind_at" in plan_of(life.desk, due_extensions(life.clock()))
