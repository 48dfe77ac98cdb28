"""The door over HTTP: forged, stale, malformed and hostile pushes each get a clear answer, and never a 500."""

import hashlib
from random import Random

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client

from bot.cipher import Door
from bot.conversation import Dispatcher
from bot.messages import Message
from bot.pace import Pace
from bot.webhook import Sentences, Webhook
from handlers import speech, texts
from models.conversation import Inbound
from services.desk import Desk, Work
from services.standing import Answer
from tests.conftest import Clock
from tests.district import lay_out

TOKEN, APP_ID, KEY = "token", "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture
def client(desk: Desk) -> Client:
    lay_out(desk)
    return client_of(desk, speech.dispatcher())


def client_of(desk: Desk, dispatcher: Dispatcher) -> Client:
    sentences = Sentences(busy=texts.BUSY, too_many=texts.TOO_MANY)
    door, pace = Door(TOKEN, APP_ID, KEY), Pace(per_minute=120, at_once=150)
    return Client(Webhook(door, desk, dispatcher, Random(1), pace, sentences))


class FullDisk(Dispatcher):
    """A dispatcher whose database has no room."""

    def answer(self, work: Work, message: Message) -> Answer:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))


def signed(clock: Clock, **more: str) -> dict[str, str]:
    stamp = str(int(clock().timestamp()))
    signature = hashlib.sha1("".join(sorted([TOKEN, stamp, "n"])).encode()).hexdigest()  # noqa: S324
    return {"timestamp": stamp, "nonce": "n", "signature": signature} | more


def push(words: str, serial: int = 1, openid: str = "o-li", more: str = "") -> bytes:
    return (
        f"<xml><ToUserName>gh_0</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>1795000000</CreateTime>"
        f"<MsgType>text</MsgType><Content><![CDATA[{words}]]></Content><MsgId>{serial}</MsgId>{more}</xml>"
    ).encode()


def test_the_address_is_verified(client: Client, clock: Clock) -> None:
    answer = client.get("/wechat", query_string=signed(clock, echostr="4375120948345356249"))
    assert answer.data == b"4375120948345356249"
    assert client.get("/wechat", query_string={"echostr": "x"}).status_code == 403


def test_a_message_is_answered(client: Client, clock: Clock) -> None:
    answer = client.post("/wechat", query_string=signed(clock), data=push("帮助"))
    assert answer.status_code == 200
    assert "我要举报" in answer.text
    assert "<ToUserName><![CDATA[o-li]]></ToUserName>" in answer.text


def test_a_retry_gets_the_very_same_reply(client: Client, clock: Clock, desk: Desk) -> None:
    first = client.post("/wechat", query_string=signed(clock), data=push("帮助"))
    clock.forward(seconds=5)
    again = client.post("/wechat", query_string=signed(clock), data=push("帮助"))
    assert first.data == again.data
    with desk.reading() as work:
        assert len(list(work.session.scalars(select(Inbound.key)))) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"signature": "0" * 40}, 403),
        ({"signature": ""}, 403),
        ({"nonce": ""}, 403),
        ({"timestamp": "1"}, 403),
        ({"signature": "签名"}, 403),
        ({"encrypt_type": "aes"}, 400),
    ],
)
def test_forged_and_stale_pushes_are_refused(
    client: Client, clock: Clock, change: dict[str, str], status: int
) -> None:
    assert (
        client.post("/wechat", query_string=signed(clock) | change, data=push("帮助")).status_code == status
    )


def test_a_stale_push_is_refused_although_it_was_signed(client: Client, clock: Clock) -> None:
    query = signed(clock)
    clock.forward(hours=1)
    assert client.post("/wechat", query_string=query, data=push("帮助")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not xml", b"<xml>", b"<xml></xml>", b"\xff\xfe\x00", push("x")[:-10],
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
        push("x").replace(b"1795000000", b"soon"),
        push("x").replace(b"<FromUserName>o-li</FromUserName>", b""),
        b"<xml>" + b"<a>" * 5000 + b"</xml>",
        b"[1, 2", b"{}", b"null",
    ],
)  # fmt: skip
def test_a_malformed_body_is_refused_and_leaves_nothing(
    client: Client, clock: Clock, desk: Desk, body: bytes
) -> None:
    assert client.post("/wechat", query_string=signed(clock), data=body).status_code == 400
    with desk.reading() as work:
        assert list(work.session.scalars(select(Inbound.key))) == []


def test_what_is_said_cannot_break_the_reply(client: Client, clock: Clock) -> None:
    hostile = "]]]]><![CDATA[></Content><Content>forged"
    answer = client.post("/wechat", query_string=signed(clock), data=push(f"河边有垃圾{hostile}"))
    assert answer.status_code == 200
    assert fromstring(answer.text).findtext("MsgType") == "text"


def test_an_event_that_needs_no_answer_is_acknowledged(client: Client, clock: Clock) -> None:
    body = push("").replace(b"<MsgType>text</MsgType>", b"<MsgType>event</MsgType><Event>brand_new</Event>")
    answer = client.post("/wechat", query_string=signed(clock), data=body)
    assert (answer.status_code, answer.data) == (200, b"success")


def test_a_message_that_could_not_be_stored_is_not_said_to_be(
    client: Client, clock: Clock, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    full = FullDisk(**vars(speech.dispatcher()))
    answer = client_of(desk, full).post("/wechat", query_string=signed(clock), data=push("提交"))
    assert texts.BUSY in answer.text
    assert "could not be answered" in caplog.text


@pytest.mark.parametrize("event", ["unsubscribe", "TEMPLATESENDJOBFINISH"])
def test_what_the_platform_itself_says_is_asked_for_again_where_it_could_not_be_stored(
    clock: Clock, desk: Desk, event: str
) -> None:
    """A 200 would end its tries, and a wish to be forgotten would be lost."""
    full = FullDisk(**vars(speech.dispatcher()))
    said = f"<MsgType>event</MsgType><Event>{event}</Event><MsgID>7</MsgID><Status>failed:user block</Status>"
    body = push("").replace(b"<MsgType>text</MsgType>", said.encode()).replace(b"<MsgId>1</MsgId>", b"")
    answer = client_of(desk, full).post("/wechat", query_string=signed(clock), data=body)
    assert (answer.status_code, answer.data) == (503, b"")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=300), serial=st.integers(1, 10**17))
def test_no_words_whatever_make_a_500(client: Client, clock: Clock, words: str, serial: int) -> None:
    safe = words.replace("]]>", "").encode("utf-8", "ignore").decode()
    answer = client.post("/wechat", query_string=signed(clock), data=push(safe, serial))
    assert answer.status_code in (200, 400)
