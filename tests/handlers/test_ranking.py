"""The ranking by chat: the picture, the own town, subscribing; and that nothing of it waits for the network."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import replies
from bot.messages import MassResult, Message, PublishResult, Text, Unfollow
from handlers import texts
from models.follower import Follower
from models.notification import Notification
from models.publication import Publication, PublicationState, RankingSubscriber
from rules.publishing import Became, Outcome
from services import publication_verdicts, publications
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import District
from tests.handlers.conftest import Talker
from tests.press import OCTOBER, PAGE, freeze


@pytest.fixture
def published(desk: Desk, clock: Clock, district: Any) -> Callable[..., int]:
    """October published, with its picture in the chat unless told otherwise; the publication's number."""

    def make(*, picture: bool = True) -> int:
        clock.set(datetime(2026, 11, 9, 1, 0, tzinfo=UTC))
        return desk.do(_published, picture)

    return make


def _published(work: Work, picture: bool) -> int:
    freeze(work)
    row = publications.publish(work, OCTOBER, "周科员")
    row.state, row.publish_id, row.picture_url = PublicationState.SUBMITTED, "P1", "https://mmbiz/1"
    work.session.flush()
    publication_verdicts.verdict(work, "P1", Became(Outcome.PUBLISHED, "A1", "https://s/1"))
    if picture:
        row.chat_media_id, row.chat_media_until = "MEDIA", work.now + timedelta(days=3)
    return row.id


def shown(reply: str) -> dict[str, str]:
    assert replies.is_shown(reply)
    return dict(json.loads(reply[1:]))


def test_a_chief_gets_the_picture_and_at_once_the_own_place(
    published: Callable[..., int], chief: Talker, all_of: Callable[[Any], list[Any]]
) -> None:
    published()
    assert shown(chief.says("排名"))["media_id"] == "MEDIA"
    row = all_of(Notification)[-1]
    assert (row.sentence, row.urgent) == ("town_ranking_asked", True)
    assert row.says["town"] == "天穆镇"
    assert row.says["state"] == "第 2 名，92.50 分"
    assert row.says["costs"] == "问题整改扣 2.50 分、日常管护扣 1.00 分"


def test_a_resident_gets_the_picture_alone(
    published: Callable[..., int], li: Talker, all_of: Callable[[Any], list[Any]]
) -> None:
    published()
    before = len(all_of(Notification))
    first = li.says("排名")
    assert first.startswith(texts.FIRST_USE)  # what is kept and who sees it comes first, in words
    assert "1 北仓镇 95.00\n2 天穆镇 92.50\n3 双街镇 90.00" in first
    assert shown(li.says("排名"))["media_id"] == "MEDIA"
    assert len(all_of(Notification)) == before


def test_without_a_picture_there_is_a_card_with_the_own_place(
    published: Callable[..., int], chief: Talker, clock: Clock
) -> None:
    published(picture=False)
    card = shown(chief.says("看排名"))
    assert card["url"] == PAGE
    assert card["picture_url"] == "https://mmbiz/1"
    assert card["description"].startswith("天穆镇：第 2 名，92.50 分")


def test_a_picture_that_the_platform_has_no_more_is_not_shown(
    published: Callable[..., int], chief: Talker, clock: Clock
) -> None:
    published()
    clock.forward(days=3)
    assert "media_id" not in shown(chief.says("排名"))


@pytest.mark.parametrize(
    "words", ["排名 2026-10", "排名 10月", "排名2026年10月", "2026年10月排名", "上月排名", "排名。"]
)
def test_a_month_may_be_named(published: Callable[..., int], chief: Talker, words: str) -> None:
    published()
    assert shown(chief.says(words))["media_id"] == "MEDIA"


def test_a_month_that_was_not_published_is_said_to_be_none(
    published: Callable[..., int], chief: Talker
) -> None:
    assert chief.says("排名") == texts.RANKING_NONE
    published()
    assert (
        chief.says("排名 2026-09") == "2026年9月的考核排名没有发布。现在最新的是2026年10月，回复“排名”查看。"
    )


def test_what_was_withdrawn_says_so(published: Callable[..., int], chief: Talker, desk: Desk) -> None:
    published()
    desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    assert chief.says("排名") == "2026年10月的考核排名已撤回，请勿再引用。原因：数据有误"


def test_what_was_approved_as_corrected_says_so_before_it_is_published(
    published: Callable[..., int], chief: Talker, desk: Desk
) -> None:
    published()
    desk.do(freeze, "2026-10", 2, "案件重复计算，问 13812345678")
    card = shown(chief.says("排名"))
    assert card["title"] == "2026年10月河湖长制考核排名（第1次更正）"
    assert card["description"].startswith(
        "此前发布的已更正（案件重复计算，问 （电话号码已隐去）），以这里的为准。天穆镇："
    )
    assert (card["url"], card["picture_url"]) == (PAGE, "")


def test_withdrawn_and_corrected_the_correction_counts_unless_it_is_withdrawn_too(
    published: Callable[..., int], chief: Talker, desk: Desk
) -> None:
    published()
    desk.do(publications.withdraw, OCTOBER, "数据有误，问 13812345678", "周科员")
    assert "13812345678" not in chief.says("排名")
    desk.do(freeze, "2026-10", 2, "案件重复计算")
    assert "第1次更正" in shown(chief.says("排名"))["title"]
    desk.do(publications.publish, OCTOBER, "周科员")
    desk.do(publications.withdraw, OCTOBER, "还要再核", "周科员")
    assert "已撤回" in chief.says("排名")


def test_what_was_corrected_says_so(published: Callable[..., int], chief: Talker, desk: Desk) -> None:
    published()
    desk.do(_corrected)
    card = shown(chief.says("排名"))
    assert "第1次更正" in card["title"]


def _corrected(work: Work) -> None:
    freeze(work, "2026-10", 2, "案件重复计算")
    row = publications.publish(work, OCTOBER, "周科员")
    row.state, row.publish_id = PublicationState.SUBMITTED, "P2"
    work.session.flush()
    publication_verdicts.verdict(work, "P2", Became(Outcome.PUBLISHED, "A2", "https://s/2"))


def test_ordinary_words_about_a_ranking_are_no_command(published: Callable[..., int], li: Talker) -> None:
    published()
    assert not replies.is_shown(li.says("排名第一的镇河里还有垃圾"))


def test_whoever_subscribed_is_told_and_whoever_leaves_is_forgotten(
    published: Callable[..., int], li: Talker, all_of: Callable[[Any], list[Any]], clock: Clock
) -> None:
    assert texts.SUBSCRIBED in li.says("订阅排名")
    assert li.says("订阅排名") == texts.SUBSCRIBED_ALREADY
    published()
    told = [row for row in all_of(Notification) if row.sentence == "subscriber_ranking"]
    assert [row.says["leaders"] for row in told] == ["北仓镇"]
    assert li.says("退订排名") == texts.UNSUBSCRIBED
    assert li.says("退订排名") == texts.NOT_SUBSCRIBED
    li.says("订阅排名")
    assert li.says("退订") == texts.UNSUBSCRIBED
    li.says("订阅排名")
    li.says(Unfollow())
    assert all_of(RankingSubscriber) == []


def test_a_chief_who_subscribed_is_told_once(
    published: Callable[..., int], chief: Talker, all_of: Callable[[Any], list[Any]], district: District
) -> None:
    chief.says("订阅排名")
    published()
    mine = [row.sentence for row in all_of(Notification) if row.person_id == district.people["chief"]]
    assert mine == ["town_ranking"]
    assert "subscriber_ranking" not in [row.sentence for row in all_of(Notification)]


def test_the_platforms_verdicts_are_heard_and_nobody_is_met(
    desk: Desk,
    clock: Clock,
    someone: Callable[[str], Talker],
    district: Any,
    all_of: Callable[[Any], list[Any]],
) -> None:
    desk.do(_submitted, "P1")
    before = len(all_of(Follower))
    helper = someone("mphelper")
    assert helper.says(PublishResult("P1", "4", "", ())) == ""
    (row,) = all_of(Publication)
    assert (row.state, "审核没有通过" in row.trouble) == (PublicationState.REJECTED, True)
    assert helper.says(MassResult("unknown", "send success")) == ""
    assert len(all_of(Follower)) == before


def _submitted(work: Work, publish_id: str) -> None:
    freeze(work)
    row = publications.publish(work, OCTOBER, "周科员")
    row.state, row.publish_id = PublicationState.SUBMITTED, publish_id


def test_a_reply_is_a_picture_a_card_or_words_as_it_goes_out(clock: Clock) -> None:
    message = Message("oLi", "gh_0", clock(), Text("排名"), "k")
    picture = replies.picture("MEDIA", "文字")
    assert "<MediaId><![CDATA[MEDIA]]></MediaId>" in replies.reply_to(message, picture, clock())
    card = replies.card("标题", "说明", "https://p", "https://u", "文字")
    assert "<ArticleCount>1</ArticleCount>" in replies.reply_to(message, card, clock())
    assert replies.in_words(f"先说这句。{picture}") == "先说这句。文字"
    assert "先说这句" in replies.reply_to(message, replies.in_words(f"先说这句。{card}"), clock())
    assert replies.in_words("只有文字") == "只有文字"
