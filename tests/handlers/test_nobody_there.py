"""Where nobody in the town would read it, the Office is told: at first, and whenever the case comes back."""

from collections.abc import Callable
from typing import Any

from bot.messages import Unfollow
from handlers import texts
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


def test_ordinary_words_that_begin_like_a_command_are_ordinary_words(li: Talker, chief: Talker) -> None:
    li.reports(RIVER)
    chief.says("待办")
    for words in ("照片里左边那个口子", "查过了，每天都排", "不属于工厂，是村里排的", "是的"):
        chief.says("追问 1 是不是每天排？")
        assert li.says(words) == texts.ANSWERED
    assert "天穆镇" in chief.says("照片里是排污口往北运河天穆镇段排黑水")


def test_the_case_raised_to_urgent_is_not_late_at_once(li: Talker, clerk: Talker) -> None:
    li.reports(RIVER)
    clerk.clock.forward(hours=5)
    assert "15时00分前" in clerk.says("改级 2026-0001 紧急")


def test_declining_and_restoring_does_not_try_one_more_town(li: Talker, clerk: Talker, all_of: Read) -> None:
    li.reports(RIVER)
    for _ in range(3):
        clerk.says("不属于 2026-0001 不是河道")
        clerk.says("重开 2026-0001 是河道")
    assert all_of(Case)[0].towns_tried == 1


def test_words_at_a_border_are_kept_and_the_exact_place_too(li: Talker, all_of: Read) -> None:
    li.photo()
    li.at(north_of_the_river(10, 117.12))
    assert "1 " in li.says("北运河天穆镇段边上有垃圾")
    li.says("天穆镇")
    li.says("提交")
    (case,) = all_of(Case)
    assert case.longitude is not None
    assert "交界" in case.for_office
