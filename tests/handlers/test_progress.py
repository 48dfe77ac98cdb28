"""What a reporter may ask and say afterwards: progress, more, withdraw, rate; and leaving altogether."""

from collections.abc import Callable
from typing import Any

from bot.messages import Unfollow, Voice
from handlers import texts
from models.case import Case
from models.conversation import Conversation
from models.evidence import Arrival, Evidence, Medium
from models.follower import Follower
from models.notification import Notification
from models.report import Report, Satisfaction
from services import evidence
from services.desk import Desk
from tests.district import north_of_the_river
from tests.handlers.conftest import Talker
from tests.handlers.test_office import prove

Read = Callable[[Any], list[Any]]
Arrive = Callable[..., None]
RIVER = north_of_the_river(40)


def test_progress_lists_mine_with_ticket_and_state(li: Talker, chief: Talker) -> None:
    first = li.reports(RIVER)
    second = li.reports(RIVER, "河里有死鱼")
    chief.says("受理 1")
    lines = li.says("进度").splitlines()
    assert lines[1].startswith(f"2 {second} 死鱼")
    assert lines[2].startswith(f"1 {first} 岸线垃圾")
    assert "整改中，11月30日24时前" in lines[2]
    assert "受理" in li.says(f"进度 {first}")


def test_anothers_ticket_is_as_if_it_did_not_exist(li: Talker, someone: Callable[[str], Talker]) -> None:
    ticket = li.reports(RIVER)
    wang = someone("wang")
    assert "没有找到您的这个编号" in wang.says(f"进度 {ticket}")
    assert "没有找到您的这个编号" in wang.says(f"撤回 {ticket}")
    assert "没有找到您的这个编号" in wang.says(f"补充 {ticket} 还有油")


def test_a_mistyped_ticket_is_said_to_be_mistyped(li: Talker) -> None:
    ticket = li.reports(RIVER)
    wrong = ticket[:-1] + ("1" if ticket[-1] != "1" else "2")
    assert "编号有误" in li.says(f"进度 {wrong}")


def test_adding_words_and_photos(li: Talker, all_of: Read, owed: Callable[..., list[str]]) -> None:
    ticket = li.reports(RIVER)
    assert "已补充" in li.says(f"补充 {ticket} 桥下还有油污")
    li.says(f"补充 {ticket}")
    li.photo("more-1")
    assert "已补充" in li.says("提交")
    assert len(owed("town_addition")) == 6
    assert [e.addition_id for e in all_of(Evidence)] == [None, 2]


def test_withdrawing_before_acceptance(
    li: Talker, chief: Talker, all_of: Read, owed: Callable[..., list[str]]
) -> None:
    ticket = li.reports(RIVER)
    assert "已撤回" in li.says(f"撤回 {ticket}")
    assert [c.state.value for c in all_of(Case)] == ["withdrawn"]
    assert len(owed("town_withdrawn")) == 3
    other = li.reports(RIVER, "河里有死鱼")
    chief.says("受理 2")
    assert "现在不能撤回" in li.says(f"撤回 {other}")


def test_withdrawing_one_of_two_reports_keeps_the_case(
    li: Talker, someone: Callable[[str], Talker], all_of: Read
) -> None:
    ticket = li.reports(RIVER)
    someone("wang").reports(RIVER)
    li.says(f"撤回 {ticket}")
    assert [c.state.value for c in all_of(Case)] == ["assigned"]
    assert [r.withdrawn_at is None for r in all_of(Report)] == [False, True]


def test_dissatisfaction_reopens_once_with_the_reason(
    li: Talker,
    chief: Talker,
    clerk: Talker,
    all_of: Read,
    photos_arrive: Arrive,
    owed: Callable[..., list[str]],
) -> None:
    li.reports(RIVER)
    photos_arrive()
    prove(chief, photos_arrive)
    clerk.says("待办")
    clerk.says("复核 1 通过")
    assert li.says("不满意") == texts.ASK_WHY
    assert "重新办理" in li.says("河边还有垃圾")
    assert [c.state.value for c in all_of(Case)] == ["accepted"]
    assert {n.says["reason"] for n in all_of(Notification) if n.sentence == "town_reopened"} == {
        "河边还有垃圾"
    }
    prove(chief, photos_arrive, accept=False)
    clerk.says("复核 1 通过")
    assert "只自动重办一次" in li.says("不满意，还是有")
    assert [c.state.value for c in all_of(Case)] == ["closed"]
    assert [s.rating.value for s in all_of(Satisfaction)] == ["not", "not"]


def test_several_closed_cases_are_rated_by_their_ticket(
    li: Talker, chief: Talker, clerk: Talker, photos_arrive: Arrive
) -> None:
    first = li.reports(RIVER)
    li.reports(RIVER, "河里有死鱼")
    photos_arrive()
    for n in (1, 2):
        chief.says(f"受理 {n}")
        chief.says(f"办结 {n}")
        chief.photo()
        chief.says("提交")
        photos_arrive()
        clerk.says(f"复核 2026-000{n} 通过")
    assert "请带上编号" in li.says("基本满意")
    assert "谢谢" in li.says(f"基本满意 {first}")
    assert "谢谢" in li.says("满意")


def test_a_photo_that_never_comes_is_asked_for_again_and_shown_to_the_office(
    desk: Desk, li: Talker, clerk: Talker, owed: Callable[..., list[str]]
) -> None:
    li.reports(RIVER)
    (piece,) = desk.do(evidence.lease, 10)
    desk.do(evidence.gone, piece.id, "微信返回 40007")
    assert owed("reporter_photo_missing") == ["reporter:reporter_photo_missing"]
    assert "照片没有收到" in clerk.says("待办")


def test_a_lost_photo_is_asked_for_though_another_of_its_album_came_last(
    desk: Desk, li: Talker, owed: Callable[..., list[str]]
) -> None:
    li.photo()
    li.photo()
    li.at(RIVER)
    li.says("河边堆了垃圾")
    li.says("提交")
    first, second = desk.do(evidence.lease, 10)
    desk.do(evidence.gone, first.id, "微信返回 40007")
    assert owed("reporter_photo_missing") == []
    desk.do(evidence.arrived, second.id, "key-of-what-came")
    assert owed("reporter_photo_missing") == ["reporter:reporter_photo_missing"]


def test_who_was_told_of_a_lost_photo_is_not_told_again_when_a_later_one_comes(
    desk: Desk, li: Talker, owed: Callable[..., list[str]]
) -> None:
    li.reports(RIVER)
    (lost,) = desk.do(evidence.lease, 10)
    desk.do(evidence.gone, lost.id, "微信返回 40007")
    report_id = desk.look(lambda work: work.session.get_one(Evidence, lost.id).report_id)
    later = desk.do(evidence.expect, Medium.PHOTO, "media-later", report_id=report_id)
    desk.do(evidence.arrived, later.id, "key-of-what-came")
    assert owed("reporter_photo_missing") == ["reporter:reporter_photo_missing"]


def test_unsubscribing_erases_the_reporter_and_the_case_lives_on(
    li: Talker, chief: Talker, all_of: Read, someone: Callable[[str], Talker]
) -> None:
    li.reports(RIVER)
    li.says(Voice("voice-1", "还有臭味"))
    li.at(RIVER)
    li.says("提交")
    li.photo()
    li.says(Unfollow())
    assert [f.openid for f in all_of(Follower) if f.person_id is None] == [None]
    assert [e.arrival for e in all_of(Evidence) if e.medium is Medium.VOICE] == [Arrival.ERASED]
    assert all(c.flow is None for c in all_of(Conversation))
    assert "已受理" in chief.says("受理 2026-0001")
    assert someone("li").says("进度").endswith(texts.NO_REPORTS)


def test_a_chief_who_unsubscribes_is_unbound_and_once_nobody_reads_them_the_office_sees_the_cases(
    li: Talker, chief: Talker, clerk: Talker, someone: Callable[[str], Talker]
) -> None:
    li.reports(RIVER)
    chief.says(Unfollow())
    assert "已取消关注" not in clerk.says("待办")
    someone("liaison").says(Unfollow())
    assert "已取消关注" in clerk.says("待办")
    assert "河长办用的" in chief.says("受理 1")
