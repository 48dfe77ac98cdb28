"""Publishing calls as they go out, and the platform's answers as values."""

import pytest

from bot.press import Draft
from bot.verdicts import in_words, setback, why_not_published, why_not_sent
from bot.wechat import WeChat, WeChatRefused, WeChatUnreachable
from rules.publishing import Became, Outcome
from tests.bot.stand_in import Answer, StandIn
from tests.conftest import MONDAY_MORNING

DRAFT = Draft("排名", "摘要", "<p>正文</p>", "https://a/ranking/2026-10?from=c1", "THUMB", "河长办")
NEWS = {"title": "排名", "content_source_url": DRAFT.source_url, "url": "http://s/1", "is_deleted": False}


def test_a_picture_of_an_article_goes_out_as_a_file(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/media/uploadimg"
    stand_in.answers[path] = {"url": "http://mmbiz/1"}
    assert wechat.press.upload_picture(b"\x89PNG", "a.png") == "http://mmbiz/1"
    (call,) = stand_in.to(path)
    assert b'name="media"; filename="a.png"' in call.body
    assert b"image/png" in call.body


def test_a_file_is_whole_again_when_it_is_sent_with_another_token(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/material/add_material"
    stand_in.answers[path] = {"media_id": "M1", "url": "http://mmbiz/1"}
    wechat.press.add_cover(b"cover", "cover.jpg")
    stand_in.invalidate()
    assert wechat.press.add_cover(b"cover", "cover.jpg") == "M1"
    assert all(b"cover" in call.body for call in stand_in.to(path))
    assert stand_in.to(path)[-1].query["type"] == "image"


def test_a_draft_goes_out_in_plain_chinese(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/draft/add"
    stand_in.answers[path] = {"media_id": "D1"}
    assert wechat.press.add_draft(DRAFT) == "D1"
    (call,) = stand_in.to(path)
    assert "排名".encode() in call.body, "no \\u escapes: the platform refuses them (40033)"
    (article,) = call.json["articles"]
    assert article["thumb_media_id"] == "THUMB"
    assert article["content_source_url"] == DRAFT.source_url
    assert (article["article_type"], article["author"]) == ("news", "河长办")


def test_ours_is_found_among_drafts_and_articles_by_its_page(wechat: WeChat, stand_in: StandIn) -> None:
    others = {"media_id": "D0", "article_id": "A0", "content": {"news_item": [{"title": "别的"}]}}
    ours = {"media_id": "D1", "article_id": "A1", "content": {"news_item": [NEWS]}}
    for path in ("/cgi-bin/draft/batchget", "/cgi-bin/freepublish/batchget"):
        stand_in.answers[path] = {"total_count": 2, "item_count": 2, "item": [others, ours]}
    assert wechat.press.draft_with(DRAFT.source_url) == "D1"
    assert wechat.press.published_with(DRAFT.source_url) == Became(Outcome.PUBLISHED, "A1", "http://s/1")
    assert wechat.press.draft_with("https://another") == ""
    assert wechat.press.published_with("https://another") is None
    deleted = {**ours, "content": {"news_item": [{**NEWS, "is_deleted": True}]}}
    stand_in.answers["/cgi-bin/freepublish/batchget"] = {"item": [deleted]}
    assert wechat.press.published_with(DRAFT.source_url) is None


@pytest.mark.parametrize(
    "answer", [{}, {"item": None}, {"item": [1, {"content": 2}]}, {"item": [{"content": {}}]}]
)
def test_a_list_of_another_shape_has_nothing_of_ours(
    wechat: WeChat, stand_in: StandIn, answer: dict[str, object]
) -> None:
    stand_in.answers["/cgi-bin/freepublish/batchget"] = answer
    assert wechat.press.published_with(DRAFT.source_url) is None


def test_what_became_of_a_publication(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/freepublish/get"
    detail = {"count": 1, "item": [{"idx": 1, "article_url": "http://s/1"}]}
    stand_in.answers[path] = {
        "publish_id": "1",
        "publish_status": 0,
        "article_id": "A1",
        "article_detail": detail,
    }
    assert wechat.press.what_became("1") == Became(Outcome.PUBLISHED, "A1", "http://s/1")
    stand_in.answers[path] = {"publish_id": "1", "publish_status": 1}
    assert wechat.press.what_became("1").outcome is Outcome.RUNNING
    stand_in.answers[path] = {"publish_id": "1", "publish_status": 4}
    assert wechat.press.what_became("1") == Became(Outcome.REJECTED, why="4")


def test_a_mass_message_carries_its_clientmsgid(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/message/mass/sendall"
    stand_in.answers[path] = {"errcode": 0, "errmsg": "send job submission success", "msg_id": 34182}
    assert wechat.press.send_to_all("D1", "2026-10-1-abc") == "34182"
    assert stand_in.to(path)[-1].json == {
        "filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": "D1"},
        "send_ignore_reprint": 0, "clientmsgid": "2026-10-1-abc",
    }  # fmt: skip
    stand_in.answers[path] = {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 34182}
    with pytest.raises(WeChatRefused) as refused:
        wechat.press.send_to_all("D1", "2026-10-1-abc")
    assert (refused.value.code, refused.value.msg_id) == (45065, "34182")


def test_the_other_calls_name_what_they_are_about(wechat: WeChat, stand_in: StandIn) -> None:
    wechat.press.delete_draft("D1")
    wechat.press.delete_published("A1")
    wechat.press.delete_mass("34182")
    wechat.press.preview("oLi", "D1")
    asked = {
        call.path.rpartition("cgi-bin/")[2]: call.json for call in stand_in.calls if call.body[:1] == b"{"
    }
    assert asked["draft/delete"] == {"media_id": "D1"}
    assert asked["freepublish/delete"] == {"article_id": "A1", "index": 0}
    assert asked["message/mass/delete"] == {"msg_id": 34182, "article_idx": 0}
    assert asked["message/mass/preview"] == {
        "touser": "oLi",
        "mpnews": {"media_id": "D1"},
        "msgtype": "mpnews",
    }
    stand_in.answers["/cgi-bin/message/mass/get"] = {"msg_id": 34182, "msg_status": "SEND_SUCCESS"}
    assert wechat.press.what_became_of_mass("34182").outcome is Outcome.PUBLISHED


def test_an_answer_without_what_was_asked_for_is_none(wechat: WeChat, stand_in: StandIn) -> None:
    stand_in.answers["/cgi-bin/freepublish/submit"] = {"errcode": 0, "errmsg": "ok"}
    with pytest.raises(WeChatUnreachable):
        wechat.press.publish("D1")
    stand_in.answers["/cgi-bin/freepublish/submit"] = Answer(b"<html>502</html>")
    with pytest.raises(WeChatUnreachable):
        wechat.press.publish("D1")


@pytest.mark.parametrize("code", ["2", "3", "4", "5", "6", "77"])
def test_every_rejection_says_what_to_do(code: str) -> None:
    assert "。" in why_not_published(code)
    assert code not in "2345 6" or "状态" not in why_not_published(code)


@pytest.mark.parametrize("status", ["err(10001)", "err(30003)", "err(40002)", "send fail", "err(99999)"])
def test_every_failed_mass_message_says_what_to_do(status: str) -> None:
    said = in_words(Became(Outcome.REJECTED, why=status), is_mass=True).why
    assert said == why_not_sent(status)
    assert "再发布" in said


@pytest.mark.parametrize(
    ("code", "passes"),
    [(-1, True), (45009, True), (45011, True), (40001, True), (40164, True), (45066, True), (40007, True), (45028, False),
     (48001, False), (45003, False), (53503, False), (12345, False)],
)  # fmt: skip
def test_which_refusals_pass_by_themselves(code: int, passes: bool) -> None:
    what = setback(code, "text", MONDAY_MORNING)
    assert what.passes is passes
    assert what.sentence
    assert "再发。" not in what.sentence
