"""Customer-service messages: the window each trigger opens, and what it is worth."""

import json
from typing import Any

import pytest

from simulator.client import Platform, Someone
from tests.simulator.doubles import Product

HOUR = 3600


def send(product: Product, to: Someone, text: str = "您好") -> int:
    body = {"touser": to.openid, "msgtype": "text", "text": {"content": text}}
    return int(product.post("message/custom/send", body)["errcode"])


@pytest.fixture
def li(platform: Platform) -> Someone:
    return platform.person("li")


def test_five_messages_after_ones_own_message(product: Product, li: Someone) -> None:
    li.says("你好")
    assert [send(product, li) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    li.says("还在")
    assert send(product, li) == 0


def test_the_number_is_a_setting(platform: Platform, product: Product, li: Someone) -> None:
    platform.account(messages_per_conversation=20)
    li.says("你好")
    assert [send(product, li) for _ in range(21)][-2:] == [0, 45047]


def test_the_window_closes_after_48_hours(platform: Platform, product: Product, li: Someone) -> None:
    li.says("你好")
    platform.advance(48 * HOUR - 2)
    product.renew()
    assert send(product, li) == 0
    platform.advance(2)
    assert send(product, li) == 45015


def test_who_never_spoke_cannot_be_written_to(product: Product, li: Someone) -> None:
    assert send(product, li) == 45015


def test_a_click_is_worth_three_messages_in_a_minute(
    platform: Platform, product: Product, li: Someone
) -> None:
    li.clicks("REPORT")
    assert [send(product, li) for _ in range(4)] == [0, 0, 0, 45047]
    li.clicks("REPORT")
    platform.advance(60)
    assert send(product, li) == 45015


@pytest.mark.parametrize("gesture", ["scan", "follow", "answer"])
def test_so_are_a_scan_a_follow_and_an_answer(product: Product, li: Someone, gesture: str) -> None:
    if gesture == "follow":
        li.unfollows()
        li.follows()
    elif gesture == "scan":
        li.scans("river_1")
    else:
        li.answers("1", "满意")
    assert [send(product, li) for _ in range(4)] == [0, 0, 0, 45047]


def test_triggers_do_not_add_up(platform: Platform, product: Product, li: Someone) -> None:
    li.says("你好")
    li.clicks("REPORT")
    assert [send(product, li) for _ in range(4)] == [0] * 4
    li.clicks("REPORT")  # one was left: a click makes it three again, and the 48 hours stay
    platform.advance(HOUR)
    assert [send(product, li) for _ in range(4)] == [0, 0, 0, 45047]


def test_a_menu_link_opens_nothing(product: Product, li: Someone) -> None:
    li.opens("https://example.com")
    assert send(product, li) == 45015


def test_who_left_cannot_be_written_to(product: Product, li: Someone) -> None:
    li.says("你好")
    li.unfollows()
    assert send(product, li) == 45015
    assert [line["kind"] for line in li.inbox()] == ["reply"]


def test_what_reaches_the_phone(product: Product, li: Someone) -> None:
    li.says("你好")
    cursor = li.last()
    send(product, li, "第一行\n第二行")
    (line,) = li.inbox(cursor)
    assert (line["kind"], line["type"], line["text"]) == ("customer_service", "text", "第一行\n第二行")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "poem", "poem": {}}, 40008),
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ({"msgtype": "news", "news": {"articles": [{"title": "标题", "url": "http://x"}]}}, 0),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "满意吗？", "list": [{"content": "满意"}]}}, 0),
    ],
)  # fmt: skip
def test_kinds_of_messages(product: Product, li: Someone, message: dict[str, Any], code: int) -> None:
    li.says("你好")
    assert product.post("message/custom/send", {"touser": li.openid, **message})["errcode"] == code


def test_an_unknown_person(product: Product) -> None:
    body = {"touser": "o" * 28, "msgtype": "text", "text": {"content": "您好"}}
    assert product.post("message/custom/send", body)["errcode"] == 40003


def test_escapes_are_refused_as_tencent_refuses_them(product: Product, li: Someone) -> None:
    body = json.dumps({"touser": li.openid, "msgtype": "text", "text": {"content": "您好"}})
    assert product.raw("POST", "message/custom/send", data=body).json()["errcode"] == 40033


@pytest.mark.parametrize(("body", "code"), [(b"", 44002), (b"{", 47001), (b"[]", 47001)])
def test_bodies_that_are_none(product: Product, body: bytes, code: int) -> None:
    assert product.raw("POST", "message/custom/send", data=body).json()["errcode"] == code


def test_typing_needs_a_window_and_costs_nothing(product: Product, li: Someone) -> None:
    body = {"touser": li.openid, "command": "Typing"}
    assert product.post("message/custom/typing", body)["errcode"] == 45015
    li.says("你好")
    assert product.post("message/custom/typing", body)["errcode"] == 0
    assert [send(product, li) for _ in range(6)][-1] == 45047
