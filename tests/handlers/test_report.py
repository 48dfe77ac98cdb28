"""Reporting, by talking: what a resident sends and reads, on both database engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.messages import Click, Follow, Message, Photo, Place, Scan, Text, Voice
from handlers import texts
from models.case import Case, DeclinedPlace
from models.conversation import Conversation
from models.evidence import Evidence
from models.follower import Follower
from models.report import Report
from tests.conftest import Clock
from tests.district import BORDER, EAST, gcj, north_of_the_river
from tests.handlers.conftest import Talker, ticket_in

Read = Callable[[Any], list[Any]]
RIVER = north_of_the_river(40)


def numbered(answer: str) -> list[str]:
    return [line for line in answer.splitlines() if line[:1].isdigit()]


def test_a_report_from_the_first_photo_to_the_ticket(
    li: Talker, all_of: Read, owed: Callable[..., list[str]]
) -> None:
    first = li.photo("media-1")
    assert texts.FIRST_USE in first
    assert "已收到：照片 1 张。还缺地点" in first
    assert "发位置" in first
    summary = li.at(RIVER, "天穆村东")
    assert summary.endswith("回复“提交”")
    summary = li.says("桥下有管子往河里排污水")
    assert "负责：天穆镇" in summary
    assert "类别：污水直排/排污口" in summary
    assert summary.endswith("回复“提交”")

    answer = li.says("提交")
    ticket = ticket_in(answer)
    assert all_of(Report.ticket) == [ticket]
    assert "天穆镇" in answer
    assert "受理" in answer
    assert all_of(Report.words) == ["桥下有管子往河里排污水"]
    assert all_of(Evidence.media_id) == ["media-1"]
    assert [c.flow for c in all_of(Conversation)] == [None]
    assert owed() == ["王镇长:town_assigned", "赵联络员:town_assigned", "孙村长:town_assigned"]


@pytest.mark.parametrize("begin", ["我要举报", "举报", "投诉", "反映"])
def test_words_that_begin_a_report(li: Talker, begin: str) -> None:
    assert "请发照片" in li.says(begin)


def test_the_menu_begins_a_report(li: Talker) -> None:
    assert "请发照片" in li.says(Click("REPORT"))


def test_everything_comes_in_any_order(li: Talker) -> None:
    assert "还缺地点" in li.says("河面上漂着好多垃圾")
    assert "还缺地点" in li.says(Voice("voice-1", "还有一股臭味"))
    summary = li.at(RIVER)
    assert "说明：河面上漂着好多垃圾 还有一股臭味" in summary
    assert "语音 1 段" in summary
    assert "类别：水面漂浮物" in summary


def test_the_number_one_submits_where_no_question_is_open(li: Talker) -> None:
    li.photo()
    li.at(RIVER)
    li.says("河边有垃圾")
    assert ticket_in(li.says("1"))


def test_a_kind_the_words_do_not_say_is_asked_and_never_blocks(li: Talker, all_of: Read) -> None:
    li.photo()
    summary = li.at(RIVER)
    assert "\n1 水面漂浮物" in summary
    assert summary.endswith("回复“提交”")
    assert ticket_in(li.says("提交"))
    assert all_of(Report.kind) == ["其他"]


def test_a_number_answers_the_open_question_about_the_kind(li: Talker, all_of: Read) -> None:
    li.photo()
    li.at(RIVER)
    assert "类别：岸线垃圾" in li.says("2")
    li.says("提交")
    assert all_of(Report.kind) == ["岸线垃圾"]


def test_a_place_by_its_name(li: Talker) -> None:
    li.photo()
    assert "负责：天穆镇" in li.says("北运河天穆镇段")


def test_a_river_alone_is_asked_back_as_a_numbered_list(li: Talker) -> None:
    li.photo()
    answer = li.says("北运河")
    assert [line[:2] for line in numbered(answer)] == ["1 ", "2 ", "3 "]
    assert "负责：" in li.says("2")


def test_between_two_towns_the_reporter_is_asked_and_the_office_looks(li: Talker, all_of: Read) -> None:
    li.photo()
    answer = li.at(north_of_the_river(10, BORDER))
    assert numbered(answer)[0].startswith("1 ")
    li.says("2")
    li.says("河边有垃圾")
    li.says("提交")
    (case,) = all_of(Case)
    assert "交界" in case.for_office


def test_beyond_two_hundred_metres_the_nearest_reaches_are_offered(li: Talker) -> None:
    li.photo()
    answer = li.at(north_of_the_river(600))
    assert "约 6" in answer
    assert numbered(answer)[0].startswith("1 ")


def test_far_from_any_river_another_place_is_asked_for(li: Talker, all_of: Read) -> None:
    li.photo()
    assert "没有登记的河湖" in li.at(north_of_the_river(5000))
    assert all_of(DeclinedPlace.why) == ["too_far"]
    assert li.at(RIVER).endswith("回复“提交”")


def test_outside_the_district_is_told_kindly_with_the_telephone(li: Talker, all_of: Read) -> None:
    longitude, latitude = gcj(116.397, 39.909)
    answer = li.says(Place(latitude, longitude, "天安门"))
    assert "12345" in answer
    assert all_of(DeclinedPlace.why) == ["outside_district"]


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 0.0), (117.11, 39.2)])
def test_an_impossible_place_is_refused_and_the_draft_kept(
    li: Talker, latitude: float, longitude: float
) -> None:
    li.photo()
    assert "重新发送" in li.says(Place(latitude, longitude, ""))
    assert li.at(RIVER).endswith("回复“提交”")


def test_a_scanned_board_is_a_place(li: Talker) -> None:
    assert "公示牌 BY-01" in li.says(Scan("board_BY-01"))
    assert li.photo().endswith("回复“提交”")


def test_following_by_scanning_a_board_opens_a_report_there(someone: Callable[[str], Talker]) -> None:
    assert "公示牌 BY-01" in someone("new").says(Follow("board_BY-01"))


def test_every_part_can_be_changed(li: Talker) -> None:
    li.photo()
    li.at(RIVER)
    li.says("河边有垃圾")
    assert "地点已清空" in li.says("改地点")
    assert "负责：北仓镇" in li.at(north_of_the_river(30, (BORDER + EAST) / 2))
    assert "已清空" in li.says("改说明")
    assert "说明：河面漂着死鱼" in li.says("河面漂着死鱼")
    assert "已清空" in li.says("改照片")
    assert "照片 1 张" in li.photo()
    assert "1 水面漂浮物" in li.says("改类别")
    assert "类别：乱堆" in li.says("7")


def test_cancelling_drops_the_draft(li: Talker, all_of: Read) -> None:
    li.photo()
    assert li.says("取消") == texts.CANCELLED
    assert li.says("取消") == texts.NOTHING_TO_CANCEL
    assert all_of(Report.id) == []


def test_silence_ends_a_draft(li: Talker, clock: Clock) -> None:
    li.photo()
    clock.forward(hours=3)
    assert li.at(RIVER).startswith(texts.EXPIRED)


def test_at_most_nine_photos(li: Talker) -> None:
    for _ in range(9):
        li.photo()
    assert "最多 9 张" in li.photo()


def test_progress_in_the_middle_of_a_report_keeps_the_draft(li: Talker) -> None:
    li.photo()
    assert li.says("进度") == texts.NO_REPORTS
    assert li.at(RIVER).endswith("回复“提交”")


def test_a_retry_gets_the_same_reply_and_has_no_second_effect(li: Talker, all_of: Read, clock: Clock) -> None:
    li.photo()
    li.at(RIVER)
    li.says("河边有垃圾")
    submit = Message(li.openid, "gh_0", clock(), Text("提交"), "the same key")
    assert li.sends(submit) == li.sends(submit)
    assert len(all_of(Report.id)) == 1


def test_a_photo_delivered_after_the_submission_it_was_sent_before_is_kept(
    li: Talker, all_of: Read, clock: Clock
) -> None:
    before = clock()
    clock.forward(seconds=3)
    li.photo()
    li.at(RIVER)
    li.says("河边有垃圾")
    li.says("提交")
    late = Message(li.openid, "gh_0", before, Photo("late"), "late photo")
    assert li.sends(late) == texts.LATE_PHOTO
    assert [e.report_id for e in all_of(Evidence)] == [1, 1]
    assert "还缺地点" in li.photo()


def test_a_second_report_of_the_same_kind_nearby_joins(
    li: Talker, someone: Callable[[str], Talker], all_of: Read
) -> None:
    li.reports(RIVER, "河边有垃圾")
    wang = someone("volunteer")
    wang.photo()
    wang.at(north_of_the_river(60))
    wang.says("岸上好多垃圾")
    assert "已并入" in wang.says("提交")
    assert len(all_of(Case.id)) == 1
    assert [r.source.value for r in all_of(Report)] == ["resident", "volunteer"]


def test_another_kind_at_the_same_spot_is_another_case(
    li: Talker, someone: Callable[[str], Talker], all_of: Read
) -> None:
    li.reports(RIVER, "河边有垃圾")
    someone("wang").reports(RIVER, "河里好多死鱼")
    assert len(all_of(Case.id)) == 2


def test_a_vacant_post_goes_to_the_office_at_once(
    li: Talker, owed: Callable[..., list[str]], all_of: Read
) -> None:
    li.reports(north_of_the_river(20, 117.15))
    assert owed() == ["周科员:office_no_town", "郑科员:office_no_town"]
    assert [c.state.value for c in all_of(Case)] == ["triage"]


def test_help_and_unknown_words_never_end_in_a_wall(li: Talker) -> None:
    assert "我要举报" in li.says("帮助")
    assert "帮助" in li.says("今天天气不错")


def test_who_is_told_what_is_kept_only_once(li: Talker, all_of: Read) -> None:
    assert texts.FIRST_USE in li.says("帮助")
    assert texts.FIRST_USE not in li.says("帮助")
    assert all(f.informed_at for f in all_of(Follower))


def test_three_copies_at_once_get_the_same_reply_and_make_one_report(
    li: Talker, all_of: Read, clock: Clock
) -> None:
    li.photo()
    li.at(RIVER)
    li.says("河边有垃圾")
    submit = Message(li.openid, "gh_0", clock(), Text("提交"), "three copies")
    with ThreadPoolExecutor(3) as at_once:
        replies = list(at_once.map(li.sends, [submit] * 3))
    assert len(set(replies)) == 1
    assert len(all_of(Report.id)) == 1


def test_two_people_reporting_one_spot_at_once_make_one_case(
    li: Talker, someone: Callable[[str], Talker], all_of: Read
) -> None:
    talkers = [li, someone("wang")]
    for talker in talkers:
        talker.photo()
        talker.at(RIVER)
        talker.says("河边有垃圾")
    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(lambda talker: talker.says("提交"), talkers))
    assert len(all_of(Report.id)) == 2
    assert len(all_of(Case.id)) == 1
