"""Publishing against the stand-in: to the end, verdicts late, withdrawn, corrected, by the timetable, beside others."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy import select

from handlers import notices
from models.assessment import newest_of
from models.follower import Follower, by_openid
from models.notification import Delivery, Notification
from models.publication import PublicationState
from rules.refusal import Refusal
from scheduler.digest import send_digests
from services import delivery, editions, press_errands, press_steps, publications, ranking_news
from services.desk import Work
from tests.press import OCTOBER, PAGE, Press, freeze

SUBMIT, SEND = "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"


def has_met(work: Work, openid: str) -> bool:
    return work.session.scalar(by_openid(openid)) is not None


def test_a_month_is_published_and_can_be_read_there(press: Press) -> None:
    press.wants()
    assert press.runs() == 3  # pictures, draft, submit
    assert press.row().state is PublicationState.SUBMITTED
    assert press.hears() == ["PUBLISHJOBFINISH"]
    row = press.row()
    assert (row.state, row.published_at) == (PublicationState.PUBLISHED, press.clock())
    (article,) = press.platform.articles()
    assert (article["url"], article["article_id"]) == (row.article_url, row.article_id)
    html = press.platform.read(row.article_url)
    assert "2026年10月河湖长制考核排名" in html
    assert html.count("/mmbiz/") == 2
    assert f"{PAGE}?from=2026-10-1-" in html
    assert not press.desk.look(has_met, "mphelper")
    assert press.told("office_publication_failed") == []


def test_the_real_article_is_taken_as_it_is_made(press: Press) -> None:
    press.compose = lambda work, number: editions.compose(work, number, lambda digest: None)
    press.wants()
    press.runs()
    press.hears()
    assert press.runs() == 1
    (article,) = press.platform.articles()
    html = press.platform.read(article["url"])
    for name in ("北仓镇", "天穆镇", "双街镇", "2026年10月河湖长制考核排名", "用于督促整改"):
        assert name in html
    (source,) = re.findall(r'<img src="([^"]+)"', html)
    picture = requests.get(source, timeout=5).content
    assert picture.startswith(b"\x89PNG")
    chat = press.sim.world.media[press.row().chat_media_id]
    assert chat.data == picture


def test_the_same_picture_is_uploaded_once(press: Press) -> None:
    press.wants()
    press.runs()
    assert press.asked("media/uploadimg") == 2
    assert press.row().picture_url in press.row().pictures.values()


def test_without_the_event_the_verdict_is_asked_for(press: Press) -> None:
    press.platform.breaks("publish_silent")
    press.wants()
    press.runs()
    press.later(minutes=1)
    press.runs()
    assert press.row().state is PublicationState.PUBLISHED
    assert press.row().article_url == press.platform.articles()[0]["url"]


def test_a_verdict_that_is_long_in_coming_is_waited_for(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=900)
    press.wants()
    press.runs()
    for _ in range(25):
        press.later(minutes=1)
        press.runs()
    assert press.row().state is PublicationState.PUBLISHED
    assert press.asked("freepublish/get") < 10
    assert press.asked("freepublish/submit") == 1


def test_the_event_said_twice_changes_nothing(press: Press) -> None:
    press.wants()
    press.runs()
    press.hears()
    at = press.row().published_at
    press.later(minutes=5)
    press.heard = 0
    assert press.hears() == ["PUBLISHJOBFINISH"]
    assert press.row().published_at == at
    assert len(press.told("town_ranking")) == 3


def test_sent_to_all_and_read_back(press: Press) -> None:
    li = press.platform.person("li")
    press.wants("mass")
    press.runs()
    assert press.hears() == ["MASSSENDJOBFINISH"]
    assert press.row().state is PublicationState.PUBLISHED
    (shown,) = li.inbox()
    assert (shown["kind"], shown["title"]) == ("mass", "2026年10月河湖长制考核排名")
    assert shown["url"] == press.row().article_url
    assert "正文" in press.platform.read(shown["url"])


def test_without_its_event_a_mass_message_is_asked_for(press: Press) -> None:
    press.platform.breaks("mass_silent")
    press.wants("mass")
    press.runs()
    press.later(minutes=1)
    press.runs()
    assert press.row().state is PublicationState.PUBLISHED


@pytest.mark.parametrize(
    ("channel", "fault", "code", "why"),
    [
        ("freepublish", "publish_refused", 4, "审核没有通过"),
        ("freepublish", "publish_refused", 2, "原创校验"),
        ("mass", "mass_refused", 30003, "转载"),
        ("mass", "mass_refused", 40002, "30 分钟内没有确认"),
    ],
)
def test_rejected_with_a_reason_the_office_is_told_what_to_do(
    press: Press, channel: str, fault: str, code: int, why: str
) -> None:
    press.platform.breaks(fault, code=code, times=1)
    press.wants(channel)
    press.runs()
    press.hears()
    assert press.row().state is PublicationState.REJECTED
    assert why in press.row().trouble
    told = press.told("office_publication_failed")
    assert [name for name, _ in told] == ["周科员", "郑科员"]
    assert why in told[0][1]["reason"]
    assert press.told("town_ranking") == []
    press.later(minutes=1)
    press.wants(channel)  # corrected and wanted again
    press.runs()
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED


# — withdrawn, corrected ——————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("channel", ["freepublish", "mass"])
def test_withdrawn_it_is_taken_off_the_platform_and_said_to_whom_it_was_told(
    press: Press, channel: str
) -> None:
    press.wants(channel)
    press.runs()
    press.hears()
    url = press.row().article_url
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    assert (press.row().state, press.row().withdrawn_because) == (PublicationState.WITHDRAWN, "数据有误")
    press.runs()
    assert press.row().removed_at == press.clock()
    assert "已被发布者删除" in press.platform.read(url)
    assert press.platform.articles() == []
    told = press.told("town_ranking_withdrawn")
    assert [name for name, _ in told] == ["李镇长", "王镇长", "赵联络员"]
    assert told[0][1]["reason"] == "数据有误"
    with pytest.raises(Refusal, match=r"已撤回（数据有误）.*publish 2026-10 --again"):
        press.wants(channel)


def test_what_was_withdrawn_by_mistake_is_published_and_told_again(press: Press) -> None:
    for again in (False, True):
        press.wants(again=again)
        press.runs()
        press.hears()
        assert press.row().state is PublicationState.PUBLISHED
        press.runs()
        press.desk.do(publications.withdraw, OCTOBER, "误操作", "周科员")
        press.runs()
    chiefs = ["李镇长", "王镇长", "赵联络员"]
    for sentence in ("town_ranking", "town_ranking_withdrawn"):
        assert [name for name, _ in press.told(sentence)] == chiefs * 2
    assert press.platform.articles() == []


def test_withdrawn_before_anything_is_there_nothing_is_asked(press: Press) -> None:
    press.wants()
    press.desk.do(publications.withdraw, OCTOBER, "先不发", "周科员")
    assert press.runs() == 0
    assert press.row().removed_at is not None
    assert press.platform.calls() == []
    assert press.told("town_ranking_withdrawn") == []


def test_withdrawn_while_it_is_being_published_it_is_removed_when_it_comes(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=300)
    press.wants()
    press.runs()
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    press.runs()
    assert press.row().removed_at is None
    for _ in range(10):
        press.later(minutes=1)
        press.runs()
    assert press.row().removed_at is not None
    assert press.platform.articles() == []
    assert press.told("town_ranking") == []


def test_withdrawn_while_in_doubt_it_is_looked_for_and_removed(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.platform.breaks("publish_silent")
    press.wants()
    press.runs()
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    press.runs()
    assert press.row().removed_at is not None
    assert press.platform.articles() == []


def test_a_mass_message_withdrawn_in_doubt_is_left_to_the_office(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SEND, times=1)
    press.wants("mass")
    press.runs()
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    press.runs()
    assert "手工删除" in press.row().trouble
    assert "手工删除" in press.told("office_publication_left")[0][1]["reason"]
    assert press.asked("message/mass/sendall") == 1


def test_a_correction_is_published_by_itself_says_so_and_replaces_the_first(press: Press) -> None:
    press.wants()
    press.runs()
    press.hears()
    old = press.row().article_url
    press.desk.do(freeze, "2026-10", 2, "案件重复计算")
    press.runs()
    press.hears()
    press.runs()
    first, second = press.rows
    assert (second.state, second.wanted_by) == (PublicationState.PUBLISHED, "系统")
    assert first.withdrawn_because == "已更正，以新发布的为准"
    assert "已被发布者删除" in press.platform.read(old)
    assert "正文" in press.platform.read(second.article_url)
    corrected = [says for _, says in press.told("town_ranking") if "第1次更正" in says["month"]]
    assert len(corrected) == 3
    assert press.told("town_ranking_withdrawn") == []


def test_what_is_corrected_on_its_way_does_not_go_out(press: Press) -> None:
    press.platform.breaks("call_busy", path="/cgi-bin/draft/add", times=1)
    press.wants()
    press.runs()
    press.desk.do(freeze, "2026-10", 2, "案件重复计算")
    press.later(minutes=5)
    press.runs()
    first, _ = press.rows
    assert (first.state, first.removed_at) == (PublicationState.WITHDRAWN, press.clock())
    press.hears()
    (article,) = press.platform.articles()
    assert "from=2026-10-2-" in article["news"]["content_source_url"]


# — by the timetable ————————————————————————————————————————————————————————————————————————————————


def test_on_its_day_and_hour_the_month_is_published_by_itself(press: Press) -> None:
    assert press.runs() == 0  # the 9th is the sixth working day
    press.later(days=2)  # the eighth, 9 o'clock
    assert press.runs() == 0
    press.later(hours=1)
    assert press.runs() == 3
    press.hears()
    press.runs()
    assert press.row().wanted_by == "系统"
    press.later(days=1)
    assert press.runs() == 0
    assert len(press.rows) == 1


def test_not_approved_when_its_day_has_come_the_office_hears_once(press: Press) -> None:
    press.clock.set(datetime(2026, 12, 14, 2, 0, tzinfo=UTC))
    press.desk.do(freeze, "2026-11", approved=False)
    press.runs()
    press.runs()
    told = press.told("office_month_unapproved")
    assert [(name, says["code"]) for name, says in told] == [("周科员", "2026-11"), ("郑科员", "2026-11")]
    assert [row.assessment_id for row in press.rows] == [1]  # October, which an outage kept back


def test_that_it_is_not_approved_is_not_said_while_towns_may_object_nor_when_the_office_is_just_asked(
    press: Press,
) -> None:
    press.clock.set(datetime(2026, 12, 11, 2, 0, tzinfo=UTC))  # Friday, the hour of publication has passed
    press.desk.do(freeze, "2026-11", approved=False)
    press.desk.do(_may_object_until, "2026-11", datetime(2026, 12, 11, 16, 0, tzinfo=UTC))  # Friday 24:00
    for days in (0, 1, 2):  # … and on Monday the Office is asked to approve
        press.later(days=days)
        press.runs()
        assert press.told("office_month_unapproved") == []
    press.later(days=1)
    press.runs()
    assert len(press.told("office_month_unapproved")) == 2


def _may_object_until(work: Work, month: str, until: datetime) -> None:
    work.session.scalars(newest_of(month)).one().appeal_until = until


def test_the_picture_for_the_chat_is_kept_fresh(press: Press) -> None:
    press.wants()
    press.runs()
    press.hears()
    assert press.runs() == 1
    first = press.row().chat_media_id
    assert press.row().chat_media_until is not None
    assert press.runs() == 0
    press.later(hours=61)
    press.runs()
    assert press.row().chat_media_id != first


# — beside others ————————————————————————————————————————————————————————————————————————————————————


def test_two_workers_never_have_the_same_step(press: Press) -> None:
    press.wants()
    first = press.desk.do(press_errands.lease, press.clock())
    assert first is not None
    assert press.desk.do(press_errands.lease, press.clock()) is None
    press.later(minutes=3)  # the first has died
    second = press.desk.do(press_errands.lease, press.clock())
    assert second is not None
    press.desk.do(press_steps.not_yet, first, "来晚了")  # or was only slow: what it says now does not count
    assert press.row().leased_until == second.leased_until
    assert press.row().trouble == ""


def test_the_next_day_a_message_about_what_was_withdrawn_is_not_sent(press: Press) -> None:
    press.desk.do(subscribe, "o-li")
    press.later(hours=12)  # at night nothing leaves
    press.wants()
    press.runs()
    press.hears()
    assert press.desk.do(delivery.lease, 10) == []
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    press.later(hours=12)
    told = press.desk.do(delivery.lease, 20)
    assert {envelope.sentence for envelope in told} == {
        "town_ranking_withdrawn",
        "subscriber_ranking_withdrawn",
    }


def test_a_subscribers_message_over_the_days_limit_is_told_in_the_digest(press: Press) -> None:
    press.desk.do(subscribe, "o-li")
    press.wants()
    press.runs()
    press.hears()
    press.desk.do(held)
    press.later(days=1)
    send_digests(press.desk)
    digest = next(e for e in press.desk.do(delivery.lease, 20) if e.sentence == "reporter_digest")
    said = notices.sentence(digest, "https://heshao.example", "12345")
    assert "2026年10月考核排名" in said
    assert "北仓镇" in said


def subscribe(work: Work, openid: str) -> None:
    follower = Follower(openid=openid, pseudonym="p", following=True, met_at=work.now, informed_at=work.now)
    work.session.add(follower)
    work.session.flush()
    ranking_news.subscribe(work, follower)


def held(work: Work) -> None:
    row = work.session.scalars(select(Notification).where(Notification.follower_id.is_not(None))).one()
    row.delivery, row.next_try_at = Delivery.HELD, work.now + timedelta(hours=20)
