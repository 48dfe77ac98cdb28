"""What is pushed to hurt, over HTTP in safe mode: each has one answer, and none leaves anything behind."""

import base64
import struct
import time
import tracemalloc
from collections.abc import Callable
from random import Random

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import func, select
from werkzeug.test import Client, TestResponse

from bot.cipher import Door
from bot.pace import Pace
from bot.webhook import Sentences, Webhook
from handlers import speech, texts
from models.conversation import Inbound
from models.report import Report
from rules.coordinates import wgs84_to_gcj02
from services.desk import Desk
from simulator import crypto
from tests.bot.pushing import (
    APP_ID,
    KEY,
    PREFIX,
    TOKEN,
    Push,
    envelope,
    fields,
    opened,
    plain,
    safe,
    sealed,
    text,
)
from tests.conftest import Clock
from tests.district import lay_out, north_of_the_river

Send = Callable[[Push], TestResponse]
MakeSend = Callable[..., Send]


@pytest.fixture
def make_send(desk: Desk) -> MakeSend:
    lay_out(desk)

    def make(*, plain: bool = True) -> Send:
        sentences = Sentences(busy=texts.BUSY, too_many=texts.TOO_MANY)
        webhook = Webhook(
            Door(TOKEN, APP_ID, KEY, plain=plain),
            desk,
            speech.dispatcher(),
            Random(1),
            Pace(120, 150),
            sentences,
        )
        client = Client(webhook)
        return lambda push: client.post("/wechat", query_string=dict(push.query), data=push.body)

    return make


@pytest.fixture
def send(make_send: MakeSend) -> Send:
    return make_send()


@pytest.fixture
def stored(desk: Desk) -> Callable[[], int]:
    """How many messages were answered and kept."""

    def count() -> int:
        with desk.reading() as work:
            return work.session.scalar(select(func.count()).select_from(Inbound)) or 0

    return count


@pytest.fixture
def at(clock: Clock) -> float:
    return clock().timestamp()


def said(answer: TestResponse) -> str:
    """The words of an encrypted answer."""
    return fromstring(opened(answer.data)).findtext("Content") or ""


def test_a_replayed_push_is_answered_the_same_and_does_nothing_twice(
    send: Send, clock: Clock, stored: Callable[[], int]
) -> None:
    push = safe(text("帮助"), clock().timestamp())
    first = send(push)
    clock.forward(seconds=200)
    again = send(push)
    assert (first.status_code, again.status_code) == (200, 200)
    assert said(first) == said(again)
    assert stored() == 1
    clock.forward(seconds=200)
    assert send(push).status_code == 403


def test_a_seen_signature_opens_nothing_for_another_body(
    send: Send, at: float, stored: Callable[[], int]
) -> None:
    seen, other = safe(text("帮助"), at), safe(text("提交"), at)
    assert send(Push(seen.query, other.body)).status_code == 403
    assert stored() == 0


def test_a_plain_push_is_refused_where_the_account_is_in_safe_mode(
    make_send: MakeSend, at: float, stored: Callable[[], int]
) -> None:
    send = make_send(plain=False)
    assert send(plain(text("帮助"), at)).status_code == 403
    assert send(safe(text("帮助"), at)).status_code == 200
    assert stored() == 1


@pytest.mark.parametrize("change", [
    {"msg_signature": "0" * 40}, {"msg_signature": ""}, {"msg_signature": "签名"}, {"nonce": "m"}, {"nonce": ""},
    {"timestamp": "1"}, {"timestamp": "soon"}, {"timestamp": "-1"}, {"timestamp": "9" * 40}, {"timestamp": ""},
    {"encrypt_type": "rsa"},
], ids=str)  # fmt: skip
def test_a_forged_push_is_refused(
    send: Send, at: float, stored: Callable[[], int], change: dict[str, str]
) -> None:
    assert send(safe(text("帮助"), at).but(**change)).status_code == 403
    assert stored() == 0


def framed(content: bytes) -> str:
    return crypto.encrypt_padded(KEY, content + bytes(-len(content) % 16))


def message_of(app_id: str) -> bytes:
    body = text("帮助")
    return PREFIX + struct.pack(">I", len(body)) + body + app_id.encode()


ODD = base64.b64encode(b"x" * 61).decode()
UNUSABLE = {
    "another account's": crypto.encrypt(KEY, text("帮助"), "wx_another_account", PREFIX),
    "no account": crypto.encrypt(KEY, text("帮助"), "", PREFIX),
    "another key": crypto.encrypt("B" * 43, text("帮助"), APP_ID, PREFIX),
    "no padding": framed(message_of(APP_ID)),
    "padding beyond a block": framed(message_of(APP_ID) + b"\x40" * 64),
    "padding that is not the same": framed(crypto.pad(message_of(APP_ID))[:-2] + b"\x07\x02"),
    "a length beyond the end": framed(crypto.pad(PREFIX + b"\xff\xff\xff\xff" + text("帮助"))),
    "an odd number of bytes": ODD,
    "one character too few": ODD[:-1],
    "no base64": "！！！",
    "only padding": framed(b"\x20" * 32),
}


@pytest.mark.parametrize("encrypted", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_was_signed_and_cannot_be_opened(
    send: Send, at: float, stored: Callable[[], int], encrypted: str
) -> None:
    assert send(sealed(encrypted, at)).status_code == 400
    assert stored() == 0


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
ROWS = "<x>" * 11 + "</x>" * 11
BOMBS = {
    "a billion laughs": f'<!DOCTYPE xml [<!ENTITY a0 "ha">{LAUGHS}]><xml><Content>&a11;</Content></xml>'.encode(),
    "a quadratic blow-up": f'<!DOCTYPE xml [<!ENTITY a "{"a" * 50_000}">]><xml>{"&a;" * 50_000}</xml>'.encode(),
    "an external entity": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
    "a parameter entity": b'<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd">%a;]><xml/>',
    "an external DTD": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml/>',
    "an inline DTD": b"<!DOCTYPE xml [<!ELEMENT xml ANY>]>" + text("1"),
    "deep nesting": b"<a>" * 300_000,
    "many elements": b"<xml>" + b"<a/>" * 200_000 + b"</xml>",
    "many attributes": ("<xml " + " ".join(f'a{n}="1"' for n in range(60_000)) + "/>").encode(),
    "wide rows": ("<xml>" + ROWS * 5000 + "</xml>").encode(),
    "a name of a megabyte": b"<" + b"x" * 1_000_000 + b"/>",
    "deep JSON": b'{"a":' * 200_000,
    "long JSON numbers": b'{"MsgType":"text","a":' + b"9" * 900_000 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("inside", [False, True], ids=["around", "inside"])
def test_a_bomb_is_refused_within_bounds(
    send: Send, at: float, stored: Callable[[], int], name: str, inside: bool
) -> None:
    bomb = BOMBS[name]
    push = safe(bomb, at) if inside and len(bomb) < 700_000 else sealed("x", at, bomb)
    tracemalloc.start()
    began = time.process_time()
    status = send(push).status_code
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert status == 400
    assert spent < 2
    assert peak < 30_000_000
    assert stored() == 0


def test_ten_megabytes_are_refused_unread(send: Send, at: float) -> None:
    big = safe(text("帮助"), at)
    tracemalloc.start()
    body = b"x" * 10_000_000
    before = tracemalloc.get_traced_memory()[0]
    assert send(Push(big.query, body)).status_code == 413
    grew = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert grew < 12_000_000  # werkzeug's client makes one copy of it, the product none


LOCATION = "<MsgType>location</MsgType><Location_X>{0}</Location_X><Location_Y>{1}</Location_Y>"
BEIJING = wgs84_to_gcj02(116.397, 39.909)
_river = north_of_the_river(40)
RIVER = wgs84_to_gcj02(_river.longitude, _river.latitude)


@pytest.mark.parametrize(
    ("latitude", "longitude", "status", "words"),
    [
        (0, 0, 200, "没有定位成功"),
        (RIVER[0], RIVER[1], 200, "写反了"),
        (-117, 39.2, 200, "超出了范围"),
        (181, 39.2, 400, ""),
        ("NaN", 117.1, 400, ""),
        (39.2, "nan", 400, ""),
        ("1e400", 117.1, 400, ""),
        ("Infinity", "-Infinity", 400, ""),
        (BEIJING[1], BEIJING[0], 200, "不在北辰区范围内"),
        (RIVER[1], RIVER[0], 200, "北运河天穆镇段"),
    ],
    ids=["0,0", "swapped", "-117", "181", "NaN", "nan", "too large", "infinite", "Beijing", "the river"],
)
def test_where_somebody_says_to_be(
    send: Send,
    at: float,
    stored: Callable[[], int],
    latitude: object,
    longitude: object,
    status: int,
    words: str,
) -> None:
    answer = send(safe(fields(LOCATION.format(latitude, longitude)), at))
    assert answer.status_code == status
    assert stored() == (status == 200)
    if status == 200:
        assert words in said(answer)


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<MsgType>hologram</MsgType><MsgId>1</MsgId>", texts.UNSUPPORTED),
        ("<MsgType>miniprogrampage</MsgType><MsgId>1</MsgId>", texts.UNSUPPORTED),
        ("<MsgType>link</MsgType><Url>http://a</Url><MsgId>1</MsgId>", texts.UNSUPPORTED),
    ],
)
def test_a_kind_we_do_not_know_is_answered_with_what_to_send(
    send: Send, at: float, inside: str, words: str
) -> None:
    assert words in said(send(safe(fields(inside), at)))


@pytest.mark.parametrize(
    "name", ["brand_new_event", "debug_demo", "merchant_order", "VIEW", "user_authorization_revoke"]
)
def test_an_event_we_do_not_know_is_taken_note_of(send: Send, at: float, name: str) -> None:
    answer = send(safe(fields(f"<MsgType>event</MsgType><Event>{name}</Event>"), at))
    assert (answer.status_code, answer.data) == (200, b"success")


@pytest.mark.parametrize(
    "inside",
    [
        "<MsgType>text</MsgType><MsgType>image</MsgType>",
        "<MsgType>text</MsgType><Content>1</Content><Content>2</Content>",
        "<MsgType>text</MsgType><Content>1</Content><FromUserName>o-wang</FromUserName>",
        "<MsgType>image</MsgType>",
        "<MsgType>image</MsgType><MediaId></MediaId>",
        "<MsgType>event</MsgType>",
        "<MsgType>event</MsgType><Event>CLICK</Event>",
        "<Content>1</Content>",
    ],
)
def test_fields_given_twice_or_not_at_all_are_refused(
    send: Send, at: float, stored: Callable[[], int], inside: str
) -> None:
    assert send(safe(fields(inside), at)).status_code == 400
    assert stored() == 0


WORDS = {
    "emoji": "河里有死鱼🐟👨‍👩‍👧🇨🇳1️⃣",
    "]]>": "垃圾]]></Content><Content>假的]]>",
    "markup": "垃圾<script>alert(1)</script>&amp;<a href='http://x'>点我</a>",
    "right to left": "垃圾\u202e字翻\u2066转\u200f",
    "zero width": "\ufeff垃\u200b圾\u2060\u200b",
    "accents piled up": "垃圾" + "\u0301" * 300,
    "private use": "垃圾\ue000\U000f0000",
    "line ends": "垃圾\r\n\r\n1 假的一行\u2028\u2029\x85",
    "Uyghur": "دەريادا ئەخلەت بار 垃圾",
    "very long": "垃圾很多。" * 4000,
    "a long word": "垃圾" + "a" * 9000,
}


@pytest.mark.parametrize("name", WORDS)
def test_whatever_is_written_is_kept_and_every_answer_is_one_short_text(
    send: Send, at: float, desk: Desk, name: str
) -> None:
    words = WORDS[name]
    pushes = [
        fields(LOCATION.format(RIVER[1], RIVER[0])),
        text(words, 2),
        text("提交", 3),
        text("进度", 4),
        text("待办", 5, "o-chief"),
        text("详情 1", 6, "o-chief"),
        text("更多", 7, "o-chief"),
    ]
    for push in pushes:
        reply = fromstring(opened(send(safe(push, at)).data))
        assert [part.tag for part in reply] == [
            "ToUserName",
            "FromUserName",
            "CreateTime",
            "MsgType",
            "Content",
        ]
        content = reply.findtext("Content") or ""
        assert content
        assert texts.BUSY not in content
        assert len(content.encode()) <= 2048
        assert not set(content) & set("\u202e\u2066\u200f\u200b\ufeff\u2060")
    with desk.reading() as work:
        (kept,) = work.session.scalars(select(Report.words))
    unseen = dict.fromkeys(map(ord, "\u202e\u2066\u200f\u200b\ufeff\u2060"))
    assert kept.split() == words.replace("\r", "\n").translate(unseen).split()


@pytest.mark.parametrize(
    "words", ["提交\u200b", "\ufeff提交", "提\u200b交", "\u202e提交\u202c", "提交\u2060"]
)
def test_a_command_is_heard_through_what_nobody_can_see(send: Send, at: float, words: str) -> None:
    send(safe(fields(LOCATION.format(RIVER[1], RIVER[0])), at))
    send(safe(text("河边有垃圾", 2), at))
    assert "提交成功" in said(send(safe(text(words, 3), at)))


def test_an_envelope_around_garbage_is_refused(send: Send, at: float, stored: Callable[[], int]) -> None:
    random = Random(3)
    for length in (0, 1, 15, 16, 31, 32, 33, 500):
        assert send(safe(random.randbytes(length), at)).status_code == 400
        assert send(sealed(random.randbytes(length).hex(), at)).status_code == 400
        assert send(sealed("", at, random.randbytes(length))).status_code == 400
        assert send(sealed("", at, envelope("") + random.randbytes(length))).status_code == 400
    assert stored() == 0
