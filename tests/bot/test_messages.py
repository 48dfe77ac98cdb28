"""Every push becomes a value, or is Malformed; a repeated delivery has the same key."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import (
    Click,
    Follow,
    Link,
    Located,
    Malformed,
    MassResult,
    Photo,
    PhotoMenu,
    Place,
    PlaceMenu,
    PublishResult,
    Said,
    Scan,
    SubscriptionAnswers,
    TemplateResult,
    Text,
    Unfollow,
    UnknownEvent,
    Unsupported,
    Video,
    View,
    Voice,
    parse,
)

WHO = (
    "<ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>"
    "<FromUserName><![CDATA[oLi]]></FromUserName><CreateTime>1714112445</CreateTime>"
)


def push(fields: str) -> bytes:
    return f"<xml>{WHO}{fields}</xml>".encode()


def message(kind: str, fields: str = "") -> bytes:
    return push(f"<MsgType><![CDATA[{kind}]]></MsgType>{fields}<MsgId>24536478234567891</MsgId>")


def event(name: str, fields: str = "") -> bytes:
    return push(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{fields}")


def subscription(name: str, *entries: str) -> str:
    return (
        f"<SubscribeMsg{name}Event>"
        + "".join(f"<List>{entry}</List>" for entry in entries)
        + (f"</SubscribeMsg{name}Event>")
    )


def answer(template: str, status: str) -> str:
    return f"<TemplateId>{template}</TemplateId><SubscribeStatusString>{status}</SubscribeStatusString>"


PLACE = "<Location_X>39.226500</Location_X><Location_Y>117.134400</Location_Y>"

SAYINGS: list[tuple[bytes, Said]] = [
    (message("text", "<Content><![CDATA[ 河里有黑水\n很臭 ]]></Content>"), Text("河里有黑水\n很臭")),
    (message("text", "<Content>a &lt;b&gt; &#x1F30A;</Content>"), Text("a <b> 🌊")),
    (message("text", "<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>"), Text("a]]>b")),
    (message("text", "<Content></Content>"), Text("")),
    (message("text", "<Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid>"), Text("满意", "101")),
    (
        message("text", "<Content>【收到不支持的消息类型，暂无法显示】</Content>"),
        Unsupported("sticker"),
    ),
    (
        message("image", "<PicUrl>http://mmbiz.qpic.cn/1</PicUrl><MediaId>m1</MediaId>"),
        Photo("m1", "http://mmbiz.qpic.cn/1"),
    ),
    (message("voice", "<MediaId>m2</MediaId><Format>amr</Format>"), Voice("m2", "", "amr")),
    (
        message("voice", "<MediaId>m2</MediaId><Format>amr</Format><Recognition>有黑水。</Recognition>"),
        Voice("m2", "有黑水。", "amr"),
    ),
    (message("video", "<MediaId>m3</MediaId><ThumbMediaId>t3</ThumbMediaId>"), Video("m3", "t3")),
    (message("shortvideo", "<MediaId>m4</MediaId>"), Video("m4")),
    (
        message("location", f"{PLACE}<Scale>15</Scale><Label>天津市北辰区</Label>"),
        Place(39.2265, 117.1344, "天津市北辰区"),
    ),
    (
        message("link", "<Title>题</Title><Description>述</Description><Url>http://a</Url>"),
        Link("题", "述", "http://a"),
    ),
    (message("miniprogrampage", "<Title>题</Title>"), Unsupported("miniprogrampage")),
    (message("Hologram"), Unsupported("hologram")),
    (event("subscribe", "<EventKey></EventKey>"), Follow(None)),
    (event("subscribe"), Follow(None)),
    (
        event("subscribe", "<EventKey>qrscene_river_B12</EventKey><Ticket>t</Ticket>"),
        Follow("river_B12"),
    ),
    (event("subscribe", "<EventKey>last_trade_no_400</EventKey>"), Follow(None)),
    (event("unsubscribe", "<EventKey></EventKey>"), Unfollow()),
    (event("SCAN", "<EventKey>river_B12</EventKey><Ticket>t</Ticket>"), Scan("river_B12", "t")),
    (
        event(
            "LOCATION",
            "<Latitude>23.1</Latitude><Longitude>-113.3</Longitude><Precision>9</Precision>",
        ),
        Located(23.1, -113.3),
    ),
    (event("CLICK", "<EventKey>REPORT</EventKey>"), Click("REPORT")),
    (event("VIEW", "<EventKey>http://a</EventKey><MenuId>1</MenuId>"), View("http://a")),
    (event("view_miniprogram", "<EventKey>pages/a</EventKey>"), View("pages/a")),
    (
        event(
            "pic_photo_or_album",
            "<EventKey>P</EventKey><SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>a</PicMd5Sum></item>"
            "<item><PicMd5Sum>b</PicMd5Sum></item></PicList></SendPicsInfo>",
        ),
        PhotoMenu(2),
    ),
    (event("pic_sysphoto", "<SendPicsInfo><Count>1</Count></SendPicsInfo>"), PhotoMenu(1)),
    (event("pic_weixin"), PhotoMenu(0)),
    (
        event("location_select", f"<SendLocationInfo>{PLACE}<Label>天穆</Label></SendLocationInfo>"),
        PlaceMenu(39.2265, 117.1344, "天穆"),
    ),
    (
        event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>failed:user block</Status>"),
        TemplateResult("200163836", "failed:user block"),
    ),
    (
        event(
            "PUBLISHJOBFINISH",
            "<PublishEventInfo><publish_id>2247503051</publish_id><publish_status>0</publish_status>"
            "<article_id>b5O2</article_id><article_detail><count>1</count><item><idx>1</idx>"
            "<article_url>http://a</article_url></item></article_detail></PublishEventInfo>",
        ),
        PublishResult("2247503051", "0", "b5O2", ("http://a",)),
    ),
    (
        event(
            "MASSSENDJOBFINISH",
            "<MsgID>1000001625</MsgID><Status><![CDATA[err(30003)]]></Status><TotalCount>0</TotalCount>"
            "<ArticleUrlResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>"
            "<ArticleUrl>http://a</ArticleUrl></item></ResultList></ArticleUrlResult>",
        ),
        MassResult("1000001625", "err(30003)", "http://a"),
    ),
    (
        event("subscribe_msg_popup_event", subscription("Popup", answer("T1", "accept"))),
        SubscriptionAnswers((("T1", True),), "popup"),
    ),
    (
        event(
            "subscribe_msg_popup_event",
            subscription("Popup", answer("T1", "accept"), answer("T2", "reject")),
        ),
        SubscriptionAnswers((("T1", True), ("T2", False)), "popup"),
    ),
    (
        event("subscribe_msg_change_event", subscription("Change", answer("T1", "reject"))),
        SubscriptionAnswers((("T1", False),), "change"),
    ),
    (
        event(
            "subscribe_msg_sent_event",
            subscription(
                "Sent",
                "<TemplateId>T1</TemplateId><MsgID>1</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus>",
            ),
        ),
        SubscriptionAnswers((("T1", True),), "sent"),
    ),
    (event("debug_demo", "<debug_str>hello</debug_str>"), UnknownEvent("debug_demo")),
    (event("scancode_waitmsg", "<EventKey>K</EventKey>"), UnknownEvent("scancode_waitmsg")),
]


@pytest.mark.parametrize(("body", "said"), SAYINGS, ids=[type(said).__name__ for _, said in SAYINGS])
def test_what_is_said(body: bytes, said: Said) -> None:
    assert parse(body).said == said


def test_who_says_it_and_when() -> None:
    heard = parse(message("text", "<Content>你好</Content>"))
    assert (heard.openid, heard.account) == ("oLi", "gh_7f083739789a")
    assert heard.sent_at == datetime(2024, 4, 26, 6, 20, 45, tzinfo=UTC)
    assert len(heard.key) == 64


JSON = {"ToUserName": "gh_1", "FromUserName": "oLi", "CreateTime": "1620973045", "MsgType": "event"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"MsgType": "text", "Content": "你好", "MsgId": 24536478234567891, "CreateTime": 1620973045},
            Text("你好"),
        ),
        ({"MsgType": "image", "MediaId": "m", "PicUrl": None}, Photo("m")),
        (
            {"MsgType": "location", "Location_X": 39.2, "Location_Y": "1.171e2", "Label": "天穆"},
            Place(39.2, 117.1, "天穆"),
        ),
        (
            {
                "Event": "subscribe_msg_popup_event",
                "List": {"TemplateId": "T1", "SubscribeStatusString": "accept"},
            },
            SubscriptionAnswers((("T1", True),), "popup"),
        ),
        (
            {
                "Event": "subscribe_msg_popup_event",
                "List": [
                    {"TemplateId": "T1", "SubscribeStatusString": "reject"},
                    {"TemplateId": "T2", "SubscribeStatusString": "accept"},
                ],
            },
            SubscriptionAnswers((("T1", False), ("T2", True)), "popup"),
        ),
        (
            {
                "Event": "subscribe_msg_sent_event",
                "List": {"TemplateId": "T1", "ErrorCode": "43101", "ErrorStatus": "refuse"},
            },
            SubscriptionAnswers((("T1", False),), "sent"),
        ),
        ({"Event": "user_enter_tempsession", "flag": True}, UnknownEvent("user_enter_tempsession")),
    ],
)
def test_the_same_in_json(more: dict[str, Any], said: Said) -> None:
    assert parse(json.dumps({**JSON, **more}).encode()).said == said


DEEP = "<a>" * 20 + "</a>" * 20

MALFORMED: list[bytes] = [
    b"",
    b" ",
    b"hello",
    b"\xff\xfe\x00",
    b"<xml>",
    b"<xml></xml>",
    b"<html><body>502</body></html>",
    b"<xml><MsgType>text</MsgType></xml>",
    b"<xml><a/></xml><xml><a/></xml>",
    push("<Content>no type</Content>"),
    message("text", "<Content>\x08</Content>"),
    message("text", "<Content>&#8;</Content>"),
    message("text", "<Content>&#xD800;</Content>"),
    message("text", "<Content>a<b/>c</Content>"),
    message("text", "<Content>1</Content>words between"),
    message("text", "<Content>1</Content><Content>2</Content>"),
    message("text", "<MsgType>image</MsgType>"),
    message("text", "<Content><b>1</b></Content>"),
    message("text", "<FromUserName>oWang</FromUserName>"),
    message("text", DEEP),
    message("text", "<a/>" * 2001),
    message("image"),
    message("image", "<MediaId> </MediaId>"),
    message("voice"),
    message("video"),
    message("link"),
    message("location"),
    message("location", "<Location_X>39.2</Location_X>"),
    *(
        message("location", f"<Location_X>{x}</Location_X><Location_Y>117</Location_Y>")
        for x in (
            "NaN",
            "inf",
            "-Infinity",
            "1e999",
            "1e9",
            "180.01",
            "-181",
            "三十九",
            "３９",
            "1_0",
            "0x1",
            "",
        )
    ),
    message("location", "<Location_X>39</Location_X><Location_Y>180.5</Location_Y>"),
    push("<MsgType>event</MsgType>"),
    event("SCAN"),
    event("CLICK"),
    event("LOCATION"),
    event("location_select"),
    event("TEMPLATESENDJOBFINISH"),
    event("PUBLISHJOBFINISH"),
    event("MASSSENDJOBFINISH"),
    event("subscribe_msg_popup_event", subscription("Popup", "<TemplateId></TemplateId>")),
    *(
        message("text").replace(b"1714112445", time)
        for time in (b"", b"soon", b"-5", b"1.5", b"1e9", b"9" * 12, b"9" * 5000, "１７".encode())
    ),
    message("text").replace(b"<![CDATA[oLi]]>", b""),
    message("text").replace(b"<![CDATA[gh_7f083739789a]]>", b""),
    b'<!DOCTYPE xml [<!ENTITY a "b">]>' + message("text", "<Content>&a;</Content>"),
    b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd">' + message("text"),
    b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + message("text", "<Content>&a;</Content>"),
    message("text", "<Content>&unknown;</Content>"),
    b'<?xml version="1.0" encoding="utf-7"?>' + message("text", "<a>"),
    "<xml/>".encode("utf-16"),
    b"{",
    b"{}",
    b"[]",
    b"null",
    b'"text"',
    b'{"MsgType": NaN}',
    b'{"a":' * 100_000,
    b'{"a":' * 30 + b"1" + b"}" * 30,
    json.dumps({**JSON, "Event": "x", "List": [[1]]}).encode(),
    json.dumps({**JSON, "Event": "x"})[:-1].encode() + b', "a":' + b'{"a":' * 30 + b"1" + b"}" * 31,
    json.dumps({**JSON, "Event": "x", "List": [1] * 2001}).encode(),
    json.dumps({**JSON, "Event": "x\x00"}).encode(),
    json.dumps({**JSON, "Event": "\ud800"}).encode(),
    json.dumps({**JSON, "MsgType": ["text"] * 2}).encode(),
    json.dumps({**JSON, "MsgType": {"a": "b"}}).encode(),
    b'{"MsgType": "text", "MsgType": "image"}',
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_what_cannot_be_used(body: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        parse(body)
    assert "/etc" not in str(refusal.value)


def test_nothing_above_one_mebibyte_is_looked_at() -> None:
    with pytest.raises(Malformed, match="1 MiB"):
        parse(message("text", f"<Content>{'x' * (1 << 20)}</Content>"))


@settings(deadline=None, max_examples=500)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode(errors="replace")))
)
def test_arbitrary_bytes_are_a_message_or_malformed(body: bytes) -> None:
    with suppress(Malformed):
        parse(body)


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from([body for body, _ in SAYINGS]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), st.binary(max_size=8)), max_size=4),
)
def test_damaged_pushes_are_a_message_or_malformed(
    body: bytes, damages: list[tuple[float, int, bytes]]
) -> None:
    for where, length, put in damages:
        start = int(where * len(body))
        body = body[:start] + put + body[start + length :]
    with suppress(Malformed):
        parse(body)


TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    [*JSON, "Event", "EventKey", "Content", "MediaId", "Location_X", "Location_Y", "List", "SendPicsInfo",
     "SendLocationInfo", "PublishEventInfo", "Latitude", "Longitude", "MsgID", "Status"]
)  # fmt: skip
KINDS = st.sampled_from(
    ["text", "image", "location", "event", "PUBLISHJOBFINISH", "location_select", "pic_weixin"]
)


@settings(deadline=None, max_examples=400)
@given(st.dictionaries(FIELDS, st.one_of(TREES, KINDS), max_size=8))
def test_any_json_is_a_message_or_malformed(fields: dict[str, Any]) -> None:
    with suppress(Malformed):
        parse(json.dumps({**JSON, **fields}).encode())


def test_a_name_that_no_text_can_have_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse(json.dumps({**JSON, "Event": "x", "\ud800": "1"}).encode())


def key(body: str | bytes) -> str:
    return parse(body if isinstance(body, bytes) else body.encode()).key


def test_a_retry_written_differently_has_the_same_key() -> None:
    once = push("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a&b]]></Content><MsgId>1</MsgId>")
    again = f"<xml>\n  <MsgId>1</MsgId>\n  <Content>a&amp;b</Content><MsgType>text</MsgType>\n{WHO} </xml>"
    assert key(once) == key(again)


def test_json_has_the_same_key_in_any_order() -> None:
    fields = {**JSON, "Event": "x", "List": [{"a": "1", "b": "2"}, {"a": "3"}], "N": 5}
    backwards = dict(reversed(list(fields.items())))
    assert key(json.dumps(fields)) == key(json.dumps(backwards, indent=2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # the same MsgId from two users (WxJava #333)
        (
            message("text", "<Content>1</Content>"),
            message("text", "<Content>1</Content>").replace(b"oLi", b"oWang"),
        ),
        # two events of the same person in the same second (WxJava #2231)
        (
            event("wxa_media_check", "<trace_id>1</trace_id>"),
            event("wxa_media_check", "<trace_id>2</trace_id>"),
        ),
        # the same second, another content (WxJava #3445)
        (event("CLICK", "<EventKey>REPORT</EventKey>"), event("CLICK", "<EventKey>HELP</EventKey>")),
        # the same words sent twice are two messages
        (
            message("text", "<Content>1</Content>"),
            message("text", "<Content>1</Content>").replace(b"67891", b"67892"),
        ),
        # what is paired inside a list matters
        (
            event(
                "subscribe_msg_popup_event",
                subscription("Popup", answer("A", "accept"), answer("B", "reject")),
            ),
            event(
                "subscribe_msg_popup_event",
                subscription("Popup", answer("A", "reject"), answer("B", "accept")),
            ),
        ),
        # a text that looks like structure
        (
            message("text", "<Content>1</Content><x>2</x>"),
            message("text", "<Content>1&lt;/Content>&lt;x>2</Content>"),
        ),
    ],
)
def test_two_messages_have_two_keys(one: bytes, other: bytes) -> None:
    assert key(one) != key(other)
