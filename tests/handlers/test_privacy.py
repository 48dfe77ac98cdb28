"""What a reporter wrote of themselves does not reach the town, by whatever road; who leaves is forgotten."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages import Unfollow
from models.case import CaseEvent
from models.notification import Notification
from models.report import Addition, Callback, Report, Satisfaction
from services import delivery
from services.desk import Desk, Work
from tests.district import north_of_the_river
from tests.handlers.conftest import Talker
from tests.handlers.test_office import prove

Read = Callable[[Any], list[Any]]
Arrive = Callable[..., None]
RIVER = north_of_the_river(40)
PHONE = "13812345678"


def test_a_telephone_number_reaches_the_town_by_no_road(
    li: Talker,
    chief: Talker,
    clerk: Talker,
    someone: Callable[[str], Talker],
    all_of: Read,
    photos_arrive: Arrive,
) -> None:
    ticket = li.reports(RIVER, f"河边有垃圾，我电话{PHONE}")
    wang = someone("wang")
    other = wang.reports(RIVER, "河边有垃圾")
    photos_arrive()
    chief.says("待办")
    li.says(f"补充 {ticket} 打{PHONE}找我")
    chief.says("追问 1 在哪边？")
    li.says(f"北边，{PHONE}")
    prove(chief, photos_arrive)
    clerk.says("复核 2026-0001 通过")
    li.says(f"不满意 还有垃圾，打我电话{PHONE}")

    owed_to_the_town = [str(n.says) for n in all_of(Notification) if n.sentence.startswith("town_")]
    owed_to_reporters = [str(n.says) for n in all_of(Notification) if n.sentence.startswith("reporter_")]
    assert not [says for says in owed_to_the_town + owed_to_reporters if PHONE in says]
    assert PHONE not in chief.says("详情 1")
    assert PHONE not in wang.says(f"进度 {other}")
    assert not [e for e in all_of(CaseEvent) if PHONE in e.reason + str(e.details)]
    assert all_of(Callback.phone) == [PHONE]
    assert PHONE in clerk.says("查 2026-0001")


def test_who_unsubscribes_leaves_no_number_behind(
    li: Talker, chief: Talker, clerk: Talker, all_of: Read, photos_arrive: Arrive
) -> None:
    ticket = li.reports(RIVER, f"河边有垃圾，我电话{PHONE}")
    photos_arrive()
    li.says(f"补充 {ticket} 打{PHONE}找我")
    prove(chief, photos_arrive)
    clerk.says("复核 2026-0001 通过")
    li.says(f"不满意 打我电话{PHONE}")
    li.says(Unfollow())
    kept = [
        *all_of(Report.words),
        *all_of(Addition.words),
        *all_of(Satisfaction.reason),
        *all_of(Callback.phone),
    ]
    assert not [words for words in kept if PHONE in words]
    assert "【重新办理】" not in chief.says("待办")


def test_the_town_is_not_told_in_what_capacity_or_by_whom(li: Talker, chief: Talker, all_of: Read) -> None:
    li.reports(RIVER)
    told = [str(n.says) for n in all_of(Notification)] + [chief.says("详情 2026-0001")]
    assert not [words for words in told if "o-li" in words or "居民" in words]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_whatever_is_said_in_whatever_order_is_answered(li: Talker, chief: Talker, words: list[str]) -> None:
    for text in words:
        for talker in (li, chief):
            assert len(talker.says(text).encode()) <= 2048


def test_no_line_but_a_lists_begins_with_a_digit_even_with_hostile_reasons(
    li: Talker, chief: Talker, clerk: Talker, all_of: Read
) -> None:
    li.reports(RIVER, "河边有垃圾\n2 号桥下也有")
    chief.says("待办")
    chief.says("退回 1 不是我们的\n3 号桥那边才是")
    for reply in (clerk.says("待办"), clerk.says("详情 2026-0001"), chief.says("待办")):
        digits = [line for line in reply.splitlines() if line[:1].isdigit()]
        assert all(line.split()[0].isdigit() and "垃圾" in line for line in digits), reply


def test_a_huge_number_is_an_unknown_case(li: Talker, chief: Talker) -> None:
    li.reports(RIVER)
    assert "没有听明白" not in chief.says("受理 99999999999999999999")
    assert "没有找到" in chief.says("受理 99999999")


def _all_due(work: Work) -> list[str]:
    return [envelope.sentence for envelope in delivery.lease(work, 100)]


def test_five_a_day_holds_in_one_batch_and_anew_each_morning(desk: Desk, li: Talker, all_of: Read) -> None:
    for n in range(8):
        li.reports(north_of_the_river(20, 117.101 + n * 0.0015))
    to_the_chief = [n for n in all_of(Notification) if n.person_id == 1]
    assert len(to_the_chief) == 8
    desk.do(_all_due)
    held = [n for n in all_of(Notification) if n.person_id == 1 and n.leased_until is None]
    assert len(held) == 3
    assert {n.not_before.hour for n in held} == {0}  # 08:00 in China


def test_numbers_as_people_write_them_are_taken_out_and_kept_for_the_office(li: Talker, all_of: Read) -> None:
    ticket = li.reports(RIVER, "河边有垃圾，+8613812345678 或 １３９１２３４５６７８")
    li.says(f"补充 {ticket} 换号了 13712345678")
    assert not [
        words
        for words in all_of(Report.words) + all_of(Addition.words)
        if "345678" in words or "３４５" in words
    ]
    assert all_of(Callback.phone) == ["+8613812345678、１３９１２３４５６７８、13712345678"]
