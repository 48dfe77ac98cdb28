"""Whatever a reply says, it is one well-formed XML element and says just that."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Message, Text
from bot.replies import MAX_BYTES, SUCCESS, image_reply, legal, news_reply, shortened, text_reply

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MESSAGE = Message("oLi", "gh_1", AT, Text("你好"), "0" * 64)


def read(reply: str) -> Element:
    return fromstring(reply)


def test_a_reply_goes_back_to_whom_it_came_from() -> None:
    reply = read(text_reply(MESSAGE, "已收到，<a href='https://a/?b=1&c=2'>查看</a>\n谢谢", AT))
    assert [(part.tag, part.text) for part in reply] == [
        ("ToUserName", "oLi"),
        ("FromUserName", "gh_1"),
        ("CreateTime", "1795399200"),
        ("MsgType", "text"),
        ("Content", "已收到，<a href='https://a/?b=1&c=2'>查看</a>\n谢谢"),
    ]


@pytest.mark.parametrize(
    "text", ["]]>", "a]]>b", "]]]]>>", "]]><FromUserName>x</FromUserName><![CDATA[", "]]"]
)
def test_nothing_ends_the_text_before_its_end(text: str) -> None:
    reply = read(text_reply(MESSAGE, text, AT))
    assert reply.findtext("Content") == text
    assert len(reply) == 5


def test_what_xml_cannot_carry_is_left_out() -> None:
    reply = read(text_reply(MESSAGE, "a\x00\x08b\ud800\uffffc\td", AT))
    assert reply.findtext("Content") == "abc\td"


def test_what_is_left_out_cannot_put_the_end_together() -> None:
    assert read(text_reply(MESSAGE, "x]\x00]\x00>y", AT)).findtext("Content") == "x]]>y"


@pytest.mark.parametrize("text", ["", " \n", "\x00"])
def test_nothing_to_say_is_success(text: str) -> None:
    assert text_reply(MESSAGE, text, AT) == SUCCESS


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("水" * 682, "水" * 682),
        ("水" * 682 + "ab", "水" * 682 + "ab"),
        ("水" * 683, "水" * 681 + "…"),
        ("a" * 2049, "a" * 2045 + "…"),
        ("🌊" * 513, "🌊" * 511 + "…"),
    ],
)
def test_the_last_guard_cuts_at_2048_bytes(text: str, kept: str) -> None:
    content = read(text_reply(MESSAGE, text, AT)).findtext("Content")
    assert content == kept
    assert len(kept.encode()) <= MAX_BYTES


def test_a_picture() -> None:
    reply = read(image_reply(MESSAGE, "m]]>1", AT))
    assert (reply.findtext("MsgType"), reply.findtext("Image/MediaId")) == ("image", "m]]>1")


def test_an_article() -> None:
    reply = read(news_reply(MESSAGE, "题", "述]]>", "http://p", "http://u?a=1&b=2", AT))
    assert reply.findtext("ArticleCount") == "1"
    (item,) = reply.findall("Articles/item")
    assert [part.text for part in item] == ["题", "述]]>", "http://p", "http://u?a=1&b=2"]


@given(st.text(st.characters(codec=None)))
def test_any_text_comes_through(text: str) -> None:
    reply = text_reply(MESSAGE, text, AT)
    if reply != SUCCESS:
        said = legal(text).replace("\r\n", "\n").replace("\r", "\n")
        assert read(reply).findtext("Content") == shortened(said)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(3, 50))
def test_shortened_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or text.startswith(cut.removesuffix("…"))
