"""Where nobody in the town would read it, the Office is told: at first, and whenever the case comes back."""

from collections.abc import Callable
from typing import Any

from bot.messages import Unfollow
from models.case import Case
from tests.district import north_of_the_river
from tests.handlers.conftest import Talker
from tests.handlers.test_office import prove

Read = Callable[[Any], list[Any]]
RIVER = north_of_the_river(40)
VACANT = north_of_the_river(20, 117.15)


def test_a_case_declined_before_any_town_had_it_is_restored_to_the_office(
    li: Talker, clerk: Talker, all_of: Read
) -> None:
    li.reports(VACANT)
    clerk.says("不属于 2026-0001 不是河道")
    assert "已重开" in clerk.says("重开 2026-0001 是河道")
    (case,) = all_of(Case)
    assert case.state.value == "triage"


def test_a_dissatisfied_reporter_finds_nobody_in_the_town(
    li: Talker, chief: Talker, clerk: Talker, someone: Callable[[str], Talker], all_of: Read,
    photos_arrive: Callable[..., None], owed: Callable[..., list[str]],
) -> None:  # fmt: skip
    li.reports(RIVER)
    photos_arrive()
    prove(chief, photos_arrive)
    clerk.says("复核 2026-0001 通过")
    for key in ("chief", "liaison", "village"):
        someone(key).says(Unfollow())
    li.says("不满意 还有")
    (case,) = all_of(Case)
    assert "无人绑定" in case.for_office
    assert len(owed("office_no_town")) == 2


def test_two_clerks_the_second_is_told_before_undoing_what_the_first_did(
    li: Talker, clerk: Talker, someone: Callable[[str], Talker], all_of: Read
) -> None:
    li.reports(RIVER)
    second = someone("clerk2")
    assert "2026-0001" in second.says("查 2026-0001")
    clerk.clock.forward(minutes=1)
    clerk.says("转派 2026-0001 北仓镇")
    clerk.clock.forward(minutes=1)
    told = second.says("转派 2026-0001 小淀镇")
    assert "周科员已于" in told
    assert "转派" in told
    assert "请再发一遍" in told
    assert "已转派小淀镇" in second.says("转派 2026-0001 小淀镇").replace("〔2026-0001〕", "")


def test_what_is_marked_can_be_confirmed(li: Talker, clerk: Talker, all_of: Read) -> None:
    li.photo()
    li.at(north_of_the_river(10, 117.12))
    li.says("1")
    li.says("河边有垃圾")
    li.says("提交")
    assert "交界" in clerk.says("待办")
    assert "已核对" in clerk.says("核对 1")
    assert "没有待办" in clerk.says("待办")


def test_what_is_added_while_the_office_has_it_reaches_the_office(
    li: Talker, clerk: Talker, owed: Callable[..., list[str]]
) -> None:
    ticket = li.reports(VACANT)
    li.says(f"补充 {ticket} 更脏了")
    assert len(owed("office_addition")) == 2
    assert owed("town_addition") == []


def test_only_a_bare_pass_passes(
    li: Talker, chief: Talker, clerk: Talker, all_of: Read, photos_arrive: Callable[..., None]
) -> None:
    li.reports(RIVER)
    photos_arrive()
    prove(chief, photos_arrive)
    for doubt in ("复核 2026-0001 通过吗", "复核2026-0001：通过不了，照片看不清"):
        assert "请回复“复核" in clerk.says(doubt)
    assert [c.state.value for c in all_of(Case)] == ["verifying"]


def test_changing_the_severity_recomputes_the_town_date_and_is_not_told_to_a_town_that_returned_it(
    li: Talker, chief: Talker, clerk: Talker, all_of: Read, owed: Callable[..., list[str]]
) -> None:
    li.reports(RIVER)
    chief.says("待办")
    chief.says("退回 1 不是我们的")
    clerk.says("改级 2026-0001 复杂")
    assert owed("town_severity") == []
    clerk.says("转派 2026-0001 天穆镇")
    chief.says("受理 2026-0001")
    before = all_of(Case)[0].rectify_by
    clerk.says("改级 2026-0001 一般")
    assert all_of(Case)[0].rectify_by < before
