"""The calls as they go out, the answers as they come back, and the faults between."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.wechat import (
    Downloaded,
    SceneCode,
    Subscriber,
    TooLarge,
    WeChat,
    WeChatFault,
    WeChatRefused,
    WeChatUnreachable,
)
from tests.bot.stand_in import STABLE, Answer, Call, StandIn
from tests.conftest import Clock

SEND = "/cgi-bin/message/custom/send"
MEDIA = "/cgi-bin/media/get"


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    records = caplog.get_records("call")
    for record in records:
        text = logging.Formatter().format(record)
        assert "SECRET" not in text, text
        assert "USERCODE" not in text, text


def last(stand_in: StandIn, path: str) -> Call:
    return stand_in.to(path)[-1]


def test_words_go_out_as_they_are(wechat: WeChat, stand_in: StandIn) -> None:
    wechat.send_text("oLi", "河里有黑水🌊\n\x00]]>")
    call = last(stand_in, SEND)
    assert call.json == {"touser": "oLi", "msgtype": "text", "text": {"content": "河里有黑水🌊\n]]>"}}
    assert "河里有黑水🌊".encode() in call.body, "no \\u escapes: the platform refuses them (40033)"


def test_words_are_cut_at_the_platforms_limit(wechat: WeChat, stand_in: StandIn) -> None:
    wechat.send_text("oLi", "水" * 1000)
    assert last(stand_in, SEND).json["text"]["content"] == "水" * 681 + "…"


def test_a_template_message(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/message/template/send"
    stand_in.answers[path] = {"errcode": 0, "errmsg": "ok", "msgid": 200228332}
    assert wechat.send_template("oLi", "T1", {"thing1": "北运河"}) == "200228332"
    assert last(stand_in, path).json == {
        "touser": "oLi",
        "template_id": "T1",
        "data": {"thing1": {"value": "北运河"}},
    }
    wechat.send_template("oLi", "T1", {}, url="https://a", page="pages/case", client_msg_id="n1")
    assert last(stand_in, path).json == {
        "touser": "oLi",
        "template_id": "T1",
        "data": {},
        "url": "https://a",
        "miniprogram": {"appid": "wxmini", "pagepath": "pages/case"},
        "client_msg_id": "n1",
    }


def test_a_subscription_notice(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/message/subscribe/bizsend"
    wechat.send_subscribe("oLi", "T1", {"phrase2": "已受理"}, page="https://a")
    assert last(stand_in, path).json == {
        "touser": "oLi",
        "template_id": "T1",
        "data": {"phrase2": {"value": "已受理"}},
        "page": "https://a",
    }
    wechat.send_subscribe("oLi", "T1", {})
    assert "page" not in last(stand_in, path).json


def test_a_menu(wechat: WeChat, stand_in: StandIn) -> None:
    wechat.create_menu([{"type": "click", "name": "我要举报", "key": "REPORT"}])
    assert last(stand_in, "/cgi-bin/menu/create").json == {
        "button": [{"type": "click", "name": "我要举报", "key": "REPORT"}]
    }


def test_a_scene_code(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/qrcode/create"
    stand_in.answers[path] = {"ticket": "gQH", "url": "http://weixin.qq.com/q/1"}
    assert wechat.create_scene_code("river_B12") == SceneCode("gQH", "http://weixin.qq.com/q/1")
    assert last(stand_in, path).json == {
        "action_name": "QR_LIMIT_STR_SCENE",
        "action_info": {"scene": {"scene_str": "river_B12"}},
    }
    for scene in ("", "x" * 65):
        with pytest.raises(ValueError, match="64"):
            wechat.create_scene_code(scene)


def test_a_user(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/user/info"
    stand_in.answers[path] = {"subscribe": 1, "openid": "oLi", "qr_scene_str": "river_B12", "unionid": "oU"}
    assert wechat.user_info("oLi") == Subscriber("oLi", True, "oU", "river_B12")
    stand_in.answers[path] = {"subscribe": 0, "openid": "oLi"}
    assert wechat.user_info("oLi") == Subscriber("oLi", False, "", "")
    assert last(stand_in, path).query["openid"] == "oLi"


def test_logging_in(wechat: WeChat, stand_in: StandIn) -> None:
    url = urlsplit(wechat.authorize_url("https://a/back?x=1&y=2", "s1"))
    assert (url.scheme, url.netloc, url.fragment) == ("https", "open.example", "wechat_redirect")
    assert list(parse_qs(url.query).items()) == [
        ("appid", ["wxapp"]),
        ("redirect_uri", ["https://a/back?x=1&y=2"]),
        ("response_type", ["code"]),
        ("scope", ["snsapi_base"]),
        ("state", ["s1"]),
    ]
    path = "/sns/oauth2/access_token"
    stand_in.answers[path] = {"access_token": "x", "openid": "oLi", "scope": "snsapi_base"}
    assert wechat.openid_for_code("USERCODE") == "oLi"
    assert last(stand_in, path).query == {
        "appid": "wxapp",
        "secret": "APPSECRET",
        "code": "USERCODE",
        "grant_type": "authorization_code",
    }
    assert not stand_in.to(STABLE), "needs no access token"
    stand_in.answers[path] = {"errcode": 40163, "errmsg": "code been used"}
    with pytest.raises(WeChatRefused) as refused:
        wechat.openid_for_code("USERCODE")
    assert refused.value.code == 40163
    stand_in.answers[path] = {"openid": "oVirtual", "is_snapshotuser": 1}
    with pytest.raises(WeChatRefused, match="snapshot"):
        wechat.openid_for_code("USERCODE")


# ---- media


def test_a_photo_comes_as_it_is(wechat: WeChat, stand_in: StandIn) -> None:
    photo = b"\xff\xd8\xff" + bytes(range(256)) * 1000
    stand_in.answers[MEDIA] = Answer(photo, content_type="image/jpeg")
    assert wechat.download_media("m1", len(photo)) == Downloaded(photo, "image/jpeg", None)
    assert last(stand_in, MEDIA).query["media_id"] == "m1"


def test_a_photo_over_the_limit_is_refused(wechat: WeChat, stand_in: StandIn) -> None:
    stand_in.answers[MEDIA] = Answer(bytes(3_000_000))
    with pytest.raises(TooLarge):
        wechat.download_media("m1", 1_000_000)
    with pytest.raises(TooLarge):
        wechat.download_media("m1", 2_999_999)


def test_a_photo_that_only_trickles_is_given_up(
    wechat: WeChat, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.calling.DOWNLOAD_SECONDS", -1.0)
    stand_in.answers[MEDIA] = Answer(bytes(200_000))
    with pytest.raises(WeChatUnreachable, match="Timeout"):
        wechat.download_media("m1", 10**6)


def test_a_photo_that_is_gone(wechat: WeChat, stand_in: StandIn) -> None:
    stand_in.answers[MEDIA] = Answer(
        b'{"errcode":40007,"errmsg":"invalid media_id"}', content_type="image/jpeg"
    )
    with pytest.raises(WeChatRefused) as refused:
        wechat.download_media("m1", 10**6)
    assert (refused.value.code, refused.value.text) == (40007, "invalid media_id")


def test_a_video_is_an_address(wechat: WeChat, stand_in: StandIn) -> None:
    address = f"{stand_in.url}/file/1?token=x"
    stand_in.answers[MEDIA] = {"video_url": address}
    assert wechat.download_media("m1", 10**6) == Downloaded(None, "text/plain", address)
    stand_in.answers["/file/1"] = Answer(b"\x00\x00\x00\x18ftyp", content_type="video/mp4")
    assert wechat.download_url(address, 100) == b"\x00\x00\x00\x18ftyp"
    with pytest.raises(TooLarge):
        wechat.download_url(address, 5)


def test_a_page_in_place_of_a_photo_is_left_to_be_judged(wechat: WeChat, stand_in: StandIn) -> None:
    stand_in.answers[MEDIA] = Answer(b"<html>502</html>", content_type="text/html")
    assert wechat.download_media("m1", 100).content == b"<html>502</html>"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b""),
        Answer(b'{"errcode":'),
        Answer(b'{"hello": 1}'),
        Answer(b"x" * 10, length=100),  # the connection breaks off
        Answer(b"oops", status=502),
    ],
)
def test_a_download_that_came_to_nothing(wechat: WeChat, stand_in: StandIn, answer: Answer) -> None:
    stand_in.answers[MEDIA] = answer
    with pytest.raises(WeChatUnreachable):
        wechat.download_media("m1", 1000)


@pytest.mark.parametrize("url", ["", "ftp://a/b", "http://", "http://127.0.0.1:1/x", "http://[", "\x00"])
def test_an_address_that_is_none(wechat: WeChat, url: str) -> None:
    with pytest.raises(WeChatUnreachable):
        wechat.download_url(url, 1000)


def test_a_download_also_recovers_from_a_dead_token(wechat: WeChat, stand_in: StandIn) -> None:
    wechat.send_text("oLi", "1")
    stand_in.invalidate()
    stand_in.answers[MEDIA] = Answer(b"\xff\xd8")
    assert wechat.download_media("m1", 100).content == b"\xff\xd8"


def test_an_upload_is_whole_also_when_it_is_done_again(wechat: WeChat, stand_in: StandIn) -> None:
    path = "/cgi-bin/media/upload"
    picture = bytes(range(256)) * 100
    stand_in.answers[path] = {"type": "image", "media_id": "m9", "created_at": 1}
    wechat.send_text("oLi", "1")
    stand_in.invalidate()
    assert wechat.upload_image(picture, "公示牌.png") == "m9"
    first, second = stand_in.to(path)
    assert picture in first.body
    assert picture in second.body
    assert second.query["type"] == "image"
    assert b'name="media"; filename="image.png"' in second.body
    assert b"Content-Type: image/png" in second.body


# ---- tokens


def test_a_token_is_fetched_once(wechat: WeChat, stand_in: StandIn) -> None:
    for _ in range(3):
        wechat.send_text("oLi", "1")
    (fetch,) = stand_in.to(STABLE)
    assert fetch.json == {"grant_type": "client_credential", "appid": "wxapp", "secret": "APPSECRET"}
    assert fetch.query == {}, "the secret is in no address"


def test_sixteen_threads_from_cold(wechat: WeChat, stand_in: StandIn) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: wechat.send_text("oLi", str(number)), range(16)))
    assert len(stand_in.to(STABLE)) == 1
    assert len(stand_in.to(SEND)) == 16


def test_sixteen_threads_when_the_token_dies(wechat: WeChat, stand_in: StandIn) -> None:
    wechat.send_text("oLi", "1")
    stand_in.invalidate()
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: wechat.send_text("oLi", str(number)), range(16)))
    assert len(stand_in.to(STABLE)) == 2
    assert len(stand_in.to(SEND)) <= 1 + 16 * 2


def test_a_token_the_platform_killed_is_replaced(wechat: WeChat, stand_in: StandIn) -> None:
    for _ in range(3):
        wechat.send_text("oLi", "1")
        stand_in.invalidate()
    assert len(stand_in.to(STABLE)) == 3
    assert len(stand_in.to(SEND)) == 5


def test_a_token_the_platform_gives_and_refuses_is_forced(wechat: WeChat, stand_in: StandIn) -> None:
    stand_in.stuck = True
    wechat.send_text("oLi", "1")
    assert [call.json.get("force_refresh") for call in stand_in.to(STABLE)] == [None, None, True]


def test_a_token_that_stays_refused_is_tried_once_more_and_no_more(wechat: WeChat, stand_in: StandIn) -> None:
    wechat.send_text("oLi", "1")
    stand_in.refuses = True
    stand_in.invalidate()
    with pytest.raises(WeChatRefused) as refused:
        wechat.send_text("oLi", "2")
    assert refused.value.code == 40001
    assert len(stand_in.to(STABLE)) == 2, "one refresh"
    assert len(stand_in.to(SEND)) == 3, "one retry"


def test_a_wrong_secret(stand_in: StandIn, wechat: WeChat) -> None:
    wechat._client.secret = "ANOTHER"
    with pytest.raises(WeChatRefused) as refused:
        wechat.send_text("oLi", "1")
    assert refused.value.code == 40125
    assert len(stand_in.calls) == 1


def test_an_old_token_is_renewed_before_its_end(wechat: WeChat, stand_in: StandIn, clock: Clock) -> None:
    wechat.send_text("oLi", "1")
    clock.forward(minutes=115, seconds=1)
    wechat.send_text("oLi", "1")
    assert len(stand_in.to(STABLE)) == 2


def test_a_token_endpoint_that_hangs(
    client_of: Callable[..., WeChat], stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.calling.TOKEN_TIMEOUT", (0.2, 0.3))
    stand_in.hangs = STABLE
    began = time.monotonic()
    with pytest.raises(WeChatUnreachable):
        client_of().send_text("oLi", "1")
    assert time.monotonic() - began < 5


def test_a_call_that_hangs(client_of: Callable[..., WeChat], stand_in: StandIn) -> None:
    stand_in.hangs = SEND
    began = time.monotonic()
    with pytest.raises(WeChatUnreachable):
        client_of(timeout=(0.2, 0.3)).send_text("oLi", "1")
    assert time.monotonic() - began < 5


# ---- faults


@pytest.mark.parametrize("code", [-1, 43101, 45009, 45011, 45015, 47003])
def test_a_refusal_is_told_and_not_tried_again(wechat: WeChat, stand_in: StandIn, code: int) -> None:
    stand_in.answers[SEND] = {"errcode": code, "errmsg": "why rid: 1"}
    with pytest.raises(WeChatRefused) as refused:
        wechat.send_text("oLi", "1")
    assert (refused.value.code, refused.value.text) == (code, "why rid: 1")
    assert str(refused.value) == f"{code} why rid: 1"
    assert len(stand_in.to(SEND)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>gateway</html>"),
        Answer(b""),
        Answer(b'{"errcode":0,"errm'),
        Answer(b"[1]"),
        Answer(b"null"),
        Answer(b'{"errcode":"many"}'),
        Answer(b'{"errcode":null}'),
        Answer(b"[" * 100_000),
        Answer(b"{}", status=500),
        Answer(b"{}", status=404),
        Answer(b"{", length=50),
    ],
    ids=range(11),
)
def test_an_answer_that_is_none(wechat: WeChat, stand_in: StandIn, answer: Answer) -> None:
    stand_in.answers[SEND] = answer
    with pytest.raises(WeChatUnreachable):
        wechat.send_text("oLi", "1")
    assert len(stand_in.to(SEND)) == 1


def test_an_answer_without_what_was_asked_for(wechat: WeChat, stand_in: StandIn) -> None:
    with pytest.raises(WeChatUnreachable, match="ticket"):
        wechat.create_scene_code("1")


@pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": "x", "expires_in": "soon"}])
def test_a_token_that_is_none(
    wechat: WeChat, stand_in: StandIn, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_in, "_stable", lambda asked: answer)
    with pytest.raises(WeChatUnreachable):
        wechat.send_text("oLi", "1")


def everything_said_by(fault: BaseException | None) -> str:
    said = ""
    while fault is not None:
        said += f"{fault!s} {fault!r} {vars(fault)!r} {[str(part) for part in fault.args]}"
        fault = fault.__cause__ or fault.__context__
    return said


@pytest.mark.parametrize(
    "fault",
    [
        {"errcode": 40097, "errmsg": "bad /x?access_token=SECRETTOKEN-0&secret=APPSECRET"},
        Answer(b"<html>"),
        Answer(b"{}", status=500),
        Answer(b"{", length=50),
    ],
)
def test_no_fault_carries_a_secret(wechat: WeChat, stand_in: StandIn, fault: Answer | dict[str, Any]) -> None:
    for path in (SEND, MEDIA, "/sns/oauth2/access_token"):
        stand_in.answers[path] = fault
    calls: list[Callable[[], object]] = [
        lambda: wechat.send_text("oLi", "1"),
        lambda: wechat.openid_for_code("USERCODE"),
        lambda: wechat.download_url(f"{stand_in.url}{MEDIA}?access_token=SECRETTOKEN-0", 1),
        lambda: wechat.download_media("m", 1),
    ]
    for call in calls:
        with pytest.raises(WeChatFault) as caught:
            call()
        said = everything_said_by(caught.value)
        assert "SECRET" not in said
        assert "USERCODE" not in said


def test_a_platform_that_is_not_there_says_no_secret(
    client_of: Callable[..., WeChat], stand_in: StandIn
) -> None:
    wechat = client_of()
    wechat.send_text("oLi", "1")
    wechat._client.API_BASE_URL = "http://127.0.0.1:1/cgi-bin/"
    with pytest.raises(WeChatUnreachable) as caught:
        wechat.send_text("oLi", "1")
    assert "SECRET" not in everything_said_by(caught.value)
    assert caught.value.__context__ is None
