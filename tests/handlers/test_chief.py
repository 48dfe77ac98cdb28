"""A town's chiefs and liaisons by chat: accept, return, ask, prove; and what is not theirs to do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers import texts
from models.case import Case, CaseEvent
from models.notification import Notification
from models.report import Addition, Callback
from services.desk import Desk
from tests.conftest import Clock
from tests.district import BORDER, EAST, north_of_the_river
from tests.handlers.conftest import Talker

Read = Callable[[Any], list[Any]]
Arrive = Callable[..., None]
RIVER = north_of_the_river(40)


def test_a_new_case_is_one_line_of_the_list_with_its_short_number(li: Talker, chief: Talker) -> None:
    li.reports(RIVER)
    lines = chief.says("待办").splitlines()
    assert lines[1].startswith("1 岸线垃圾 北运河天穆镇段")
    assert "待受理，11月24日24时前" in lines[1]
    assert "〔2026-0001〕" in lines[1]
    assert not any(line[0].isdigit() for line in [lines[0], *lines[2:]])


def test_accepting_tells_the_reporter_and_starts_the_clock(
    li: Talker, chief: Talker, all_of: Read, owed: Callable[..., list[str]]
) -> None:
    li.reports(RIVER)
    assert "11月30日24时前" in chief.says("受理 1")
    assert owed("reporter_accepted") == ["reporter:reporter_accepted"]
    assert "不能受理" in chief.says("受理 1")
    assert [e.what for e in all_of(CaseEvent)] == ["reported", "assign", "accept"]


@pytest.mark.parametrize("words", ["受理1", "受理 １", "受理 2026-0001", "受理〔2026〕1号", "受理第1件"])
def test_numbers_as_people_type_them(li: Talker, chief: Talker, words: str) -> None:
    li.reports(RIVER)
    assert chief.says(words).startswith("已受理")


def test_a_short_number_means_the_same_case_while_others_come_and_go(
    li: Talker, chief: Talker, liaison: Talker, photos_arrive: Arrive
) -> None:
    li.reports(RIVER, "河边有垃圾")
    li.reports(RIVER, "水里有死鱼")
    chief.says("待办")
    liaison.says("受理 1")
    liaison.says("办结 1")
    liaison.photo()
    liaison.says("提交")
    photos_arrive()
    li.reports(RIVER, "有人在河里下地笼")
    listed = chief.says("待办")
    assert "\n2 " in listed
    assert "\n3 " in listed
    assert "\n1 " not in listed
    assert "死鱼" in chief.says("详情 2")


def test_another_towns_chief_cannot_even_see_it(li: Talker, someone: Callable[[str], Talker]) -> None:
    li.reports(RIVER)
    other = someone("chief2")
    assert other.says("待办") == texts.NO_TODO
    assert "没有找到" in other.says("受理 2026-0001")
    assert "没有找到" in other.says("详情 2026-0001")


def test_a_resident_cannot_command(li: Talker) -> None:
    li.reports(RIVER)
    assert li.says("受理 1") == texts.NOT_FOR_YOU


def test_returning_needs_a_reason_and_reaches_the_office_word_for_word(
    li: Talker, chief: Talker, clerk: Talker, all_of: Read, owed: Callable[..., list[str]]
) -> None:
    li.reports(RIVER)
    assert "请写明退回理由" in chief.says("退回 1")
    assert "已退回" in chief.says("退回 1，该处属于北仓镇（见河长公示牌）")
    returned = [n.says["reason"] for n in all_of(Notification) if n.sentence == "office_returned"]
    assert returned == ["该处属于北仓镇（见河长公示牌）"] * 2
    assert "待分派" in clerk.says("待办")
    assert owed("reporter_returned") == ["reporter:reporter_returned"]


def test_a_town_may_return_only_within_a_working_day(li: Talker, chief: Talker, clock: Clock) -> None:
    li.reports(RIVER)
    clock.set(datetime(2026, 11, 24, 15, 59, tzinfo=UTC))
    li.reports(north_of_the_river(40, 117.105), "水里有死鱼")
    clock.forward(minutes=1)
    assert "已过退回期限" in chief.says("退回 1 不归我们管")


def test_what_was_accepted_cannot_be_returned(li: Talker, chief: Talker) -> None:
    li.reports(RIVER)
    chief.says("受理 1")
    assert "不能退回" in chief.says("退回 1 不归我们管")


def test_a_transfer_loses_nothing_and_after_the_third_town_the_office_has_appointed(
    li: Talker, chief: Talker, clerk: Talker, someone: Callable[[str], Talker], all_of: Read
) -> None:
    li.reports(RIVER)
    chief.says("退回 1 不归我们")
    assert "已转派北仓镇" in clerk.says("转派 1 北仓")
    second = someone("chief2")
    assert "详情" in second.says("待办")
    second.says("退回 1 也不归我们")
    clerk.says("转派 1 小淀镇")
    third = someone("chief4")
    third.says("退回 1 还是不归我们")
    assert "已转派天穆镇" in clerk.says("转派 1 天穆镇")
    assert "已由河长办指定" in chief.says("退回 1 真不归我们")
    assert "河边有垃圾" in chief.says("详情 1")
    (case,) = all_of(Case)
    assert case.towns_tried == 4


def test_a_question_reaches_the_reporter_and_the_answer_the_chief_and_neither_is_named(
    li: Talker, chief: Talker, all_of: Read
) -> None:
    li.reports(RIVER)
    assert "1 位反映人" in chief.says("追问 1 排水口在桥的哪一侧？")
    (question,) = [n for n in all_of(Notification) if n.sentence == "reporter_question"]
    assert question.says["question"] == "排水口在桥的哪一侧？"
    assert "王镇长" not in str(question.says)
    assert li.says("在桥北边，我电话 13812345678") == texts.ANSWERED
    answers = [n for n in all_of(Notification) if n.sentence == "town_answer"]
    assert {n.says["answer"] for n in answers} == {"在桥北边，我电话 （电话号码已隐去）"}
    assert all_of(Addition.words) == ["在桥北边，我电话 （电话号码已隐去）"]
    assert all_of(Callback.phone) == ["13812345678"]


def test_a_proof_needs_a_photo_and_goes_to_the_office_once_it_has_arrived(
    li: Talker, chief: Talker, all_of: Read, owed: Callable[..., list[str]], photos_arrive: Arrive
) -> None:
    li.reports(RIVER)
    photos_arrive()
    chief.says("受理 1")
    assert "请发整改后的照片" in chief.says("办结 1")
    assert "还没有整改后的照片" in chief.says("提交")
    chief.photo()
    chief.says("已清理干净")
    assert "已提交" in chief.says("提交")
    assert [c.state.value for c in all_of(Case)] == ["proving"]
    assert owed("office_proof") == []
    photos_arrive()
    assert [c.state.value for c in all_of(Case)] == ["verifying"]
    assert owed("office_proof") == ["周科员:office_proof", "郑科员:office_proof"]


@pytest.mark.parametrize(
    ("same", "why"),
    [({"digest": "a" * 64}, "相同"), ({"taken_at": datetime(2026, 11, 1, tzinfo=UTC)}, "早于")],
)
def test_a_proof_that_cannot_be_one_returns_to_the_chief_with_the_reason(
    li: Talker, chief: Talker, all_of: Read, photos_arrive: Arrive, same: dict[str, Any], why: str
) -> None:
    li.reports(RIVER)
    photos_arrive(digest="a" * 64)
    chief.says("受理 1")
    chief.says("办结 1 弄好了")
    chief.photo()
    chief.says("提交")
    photos_arrive(**same)
    (case,) = all_of(Case)
    assert case.state.value == "accepted"
    refused = [n for n in all_of(Notification) if n.sentence == "town_proof_refused"]
    assert len(refused) == 3
    assert why in refused[0].says["reason"]


def test_a_photo_outside_any_conversation_is_asked_about(li: Talker, chief: Talker, all_of: Read) -> None:
    assert "还缺地点" in chief.photo()
    chief.says("取消")
    li.reports(RIVER)
    chief.says("受理 1")
    asked = chief.photo("proof-1")
    assert asked.splitlines()[-1].startswith("1 岸线垃圾")
    assert "照片收到（2 张）" in chief.photo("proof-2")
    assert "照片 2 张" in chief.says("1")
    assert "已提交" in chief.says("提交")


def test_a_chiefs_photo_may_be_a_new_report(li: Talker, chief: Talker) -> None:
    li.reports(RIVER)
    chief.says("受理 1")
    chief.photo()
    assert "照片 1 张" in chief.says("举报")
    assert chief.at(north_of_the_river(30, (BORDER + EAST) / 2)).endswith("回复“提交”")


def test_a_village_chief_answers_for_the_own_reach_only(li: Talker, someone: Callable[[str], Talker]) -> None:
    li.reports(RIVER)
    li.reports(north_of_the_river(30, (BORDER + EAST) / 2))
    village = someone("village")
    assert len([line for line in village.says("待办").splitlines() if line[0].isdigit()]) == 1
    assert village.says("受理 1").startswith("已受理")


def test_a_photo_link_is_fresh_and_dies_with_the_next_move(li: Talker, chief: Talker) -> None:
    li.reports(RIVER)
    first = chief.says("照片 1").splitlines()[-1]
    assert first.startswith("https://heshao.example/c/")
    chief.says("受理 1")
    assert chief.says("照片 1").splitlines()[-1] != first


def test_the_verb_without_a_number_shows_the_list(li: Talker, chief: Talker) -> None:
    li.reports(RIVER)
    answer = chief.says("受理")
    assert "受理 1" in answer.splitlines()[0]
    assert answer.splitlines()[1].startswith("1 ")


def test_two_chiefs_answering_at_once_make_one_acceptance(
    desk: Desk, li: Talker, chief: Talker, liaison: Talker, all_of: Read
) -> None:
    li.reports(RIVER)
    chief.says("待办")
    liaison.says("待办")
    with ThreadPoolExecutor(2) as both:
        replies = list(both.map(lambda talker: talker.says("受理 1"), [chief, liaison]))
    assert sorted(reply.startswith("已受理") for reply in replies) == [False, True]
    assert [e.what for e in all_of(CaseEvent)].count("accept") == 1


def test_an_album_of_concurrent_photos_loses_none(desk: Desk, li: Talker, all_of: Read) -> None:
    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(lambda n: li.photo(f"album-{n}"), range(8)))
    assert "照片 8 张" in li.at(RIVER)


@pytest.fixture
def liaison(someone: Callable[[str], Talker]) -> Talker:
    return someone("liaison")


def test_the_deadline_of_an_urgent_case_is_an_instant(li: Talker, chief: Talker, clock: Clock) -> None:
    li.reports(RIVER, "河里好多死鱼")
    assert "【紧急】" in chief.says("待办")
    assert "11月23日10时00分前" in chief.says("待办")
    clock.forward(hours=2)
    assert "已逾期" in chief.says("待办")
    assert clock() - datetime(2026, 11, 23, 1, tzinfo=UTC) == timedelta(hours=2)
