"""What is not told any more, and to whom it goes instead: of the town that was meant, the newest, the successor."""

from datetime import UTC
from typing import Any

import pytest
from sqlalchemy import select, text

from models.case import Case
from models.notification import Delivery, Notification
from models.registry import Town
from models.supervision import SupervisionOrder
from rules.roles import Role
from scheduler.remind import remind
from services import case_file, cases, chase, delivery, supervision
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life, china

CALL = "反映人李某13812345678多次来电"


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def rows(life: Life, *sentences: str) -> list[tuple[str, str, str]]:
    """(who, sentence, delivery) of these sentences."""
    with life.desk.reading() as work:
        found = work.session.scalars(
            select(Notification).where(Notification.sentence.in_(sentences)).order_by(Notification.id)
        )
        return [(row.person.name if row.person else "", row.sentence, row.delivery.value) for row in found]


def held_until(life: Life, at: str) -> None:
    """As if the day's number of messages were used up."""
    with life.desk.engine.begin() as connection:
        connection.execute(
            text("UPDATE notification SET not_before = :at, next_try_at = :at"),
            {"at": china(at).astimezone(UTC)},
        )


def test_a_callers_telephone_reaches_neither_town_nor_papers(life: Life) -> None:
    case = life.opens()
    life.does("clerk", chase.urge, case, CALL)
    life.does("clerk", supervision.issue, case, CALL)
    with life.desk.reading() as work:
        said = {
            row.sentence: str(row.says)
            for row in work.session.scalars(select(Notification))
            if row.sentence.startswith("town_")
        }
        assert {"town_urged", "town_order"} <= set(said)
        assert not [sentence for sentence, says in said.items() if "138" in says]

    def papers(work: Work) -> str:
        return str(case_file.case_file(work, work.session.get_one(Case, case)).papers)

    told = life.desk.do(papers)
    assert "李某（电话号码已隐去）多次来电" in told
    assert "138" not in told


def test_one_towns_order_does_not_go_to_the_town_the_case_went_to(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("clerk", supervision.issue, case, "未整改")
    held_until(life, "2026-11-24 08:00")

    def moves(work: Work) -> None:
        town = work.session.get_one(Town, life.district.towns["北仓镇"])
        work.session.get_one(Case, case).town = town

    life.desk.do(moves)
    life.at("2026-11-24 08:30")
    life.desk.do(delivery.lease, 50)
    assert {who for who, _, _ in rows(life, "town_order")} == {"王镇长", "赵联络员"}


@pytest.mark.parametrize("step", ["assigned", "sent_back"])
def test_what_was_held_overnight_goes_to_the_new_chief(life: Life, step: str) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    sentence = "town_assigned"
    if step == "sent_back":
        life.does("chief", cases.accept, case)
        life.proves(case)
        life.does("clerk", cases.send_back, case, "仍有垃圾")
        sentence = "town_sent_back"
    held_until(life, "2026-11-24 08:00")
    life.leaves("chief")
    life.appoints("钱镇长", Role.TOWN_CHIEF, "天穆镇")
    life.at("2026-11-24 08:30")
    life.desk.do(delivery.lease, 50)
    assert sorted(rows(life, sentence)) == sorted(
        [
            ("王镇长", sentence, "pointless"), ("赵联络员", sentence, "owed"), ("孙村长", sentence, "owed"),
            ("钱镇长", sentence, "owed"),
        ]
    )  # fmt: skip


def test_after_an_outage_only_what_is_still_true_is_told(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    for day in ("11-26", "11-27", "11-30", "12-01"):
        life.at(f"2026-{day} 09:00")
        remind(life.desk)
    life.at("2026-12-01 09:30")
    leased = {taken.sentence for taken in life.desk.do(delivery.lease, 50)}
    assert leased & {"town_half_time", "town_day_before", "town_on_the_day", "town_overdue"} == {
        "town_overdue"
    }


def test_the_office_hears_of_an_order_that_reaches_nobody(life: Life) -> None:
    case = life.opens()
    life.does("clerk", supervision.issue, case, "未整改")

    def fails(work: Work) -> None:
        for taken in delivery.lease(work, 50):
            if taken.sentence == "town_order":
                delivery.undeliverable(work, taken, 43004, "未关注")

    life.desk.do(fails)
    assert rows(life, "office_undelivered")
    assert Delivery.UNDELIVERABLE.value in {state for _, _, state in rows(life, "town_order")}


def test_an_answer_nobody_judges_is_asked_for(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("clerk", supervision.issue, case, "未整改")
    life.orders("chief", supervision.answer, 1, "已清理", 1)
    seen: list[tuple[str, Any]] = []
    for day in ("11-24", "11-25", "11-26"):
        life.at(f"2026-{day} 09:30")
        before = len(rows(life, "office_order_unjudged"))
        remind(life.desk)
        seen.append((day, len(rows(life, "office_order_unjudged")) - before))
    assert seen == [("11-24", 0), ("11-25", 2), ("11-26", 2)]
    life.orders("clerk", supervision.accept, 1)
    with life.desk.reading() as work:
        assert work.session.scalars(select(SupervisionOrder)).one().remind_at is None
