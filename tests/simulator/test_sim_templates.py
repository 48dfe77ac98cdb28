"""Template messages and subscription notices: who receives them, and what a keyword may hold."""

from typing import Any

import pytest

from simulator.client import Platform, Someone
from tests.simulator.doubles import Product, Webhook

TEMPLATE = "T" * 43
FIELDS = {"character_string1": "编号", "thing2": "地点", "phrase3": "状态", "time4": "期限"}
GOOD = {"character_string1": "HS-2026-000123", "thing2": "柳河天穆镇段", "phrase3": "已受理",
        "time4": "2026年11月24日 15:01"}  # fmt: skip


@pytest.fixture
def li(platform: Platform) -> Someone:
    platform.template(TEMPLATE, "办理进度通知", **FIELDS)
    return platform.person("li")


def send(product: Product, to: str, values: dict[str, str], **more: Any) -> dict[str, Any]:
    data = {keyword: {"value": value} for keyword, value in values.items()}
    body = {"touser": to, "template_id": TEMPLATE, "data": data, **more}
    return product.post("message/template/send", body)


def test_a_card_reaches_the_phone_and_the_account_is_told(
    platform: Platform, product: Product, li: Someone, webhook: Webhook
) -> None:
    webhook.answer = lambda message: "success"
    answer = send(product, li.openid, GOOD, url="http://127.0.0.1/c/1")
    assert answer["errcode"] == 0
    (card,) = li.inbox()
    assert (card["kind"], card["title"], card["url"]) == ("template", "办理进度通知", "http://127.0.0.1/c/1")
    assert card["fields"][1] == {"key": "thing2", "label": "地点", "value": "柳河天穆镇段"}
    assert card["text"].splitlines()[0:2] == ["办理进度通知", "编号：HS-2026-000123"]
    assert platform.settle()
    event = webhook.received[-1]
    assert event.findtext("Event") == "TEMPLATESENDJOBFINISH"
    assert (event.findtext("MsgID"), event.findtext("Status")) == (str(answer["msgid"]), "success")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"thing2": "很" * 21}, "data.thing2.value invalid"),
        ({"thing2": ""}, "data.thing2.value is empty"),
        ({"character_string1": "编号一"}, "data.character_string1.value invalid"),
        ({"character_string1": "x" * 33}, "data.character_string1.value invalid"),
        ({"phrase3": "六个字的状态"}, "data.phrase3.value invalid"),
        ({"phrase3": "OK"}, "data.phrase3.value invalid"),
        ({"time4": "明天"}, "data.time4.value invalid"),
    ],
)
def test_values_a_keyword_does_not_allow(
    product: Product, li: Someone, changed: dict[str, str], text: str
) -> None:
    answer = send(product, li.openid, {**GOOD, **changed})
    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith(f"argument invalid! {text}")
    assert li.inbox() == []


@pytest.mark.parametrize(
    "time",
    ["15:01", "2019年10月1日 15:01", "2019年10月1日", "2019年10月1日~2019年10月7日", "2026-11-24 08:00"],
)
def test_times(product: Product, li: Someone, time: str) -> None:
    assert send(product, li.openid, {**GOOD, "time4": time})["errcode"] == 0


def test_a_missing_keyword(product: Product, li: Someone) -> None:
    assert send(product, li.openid, {"thing2": "柳河"})["errcode"] == 47003


def test_who_does_not_follow(product: Product, li: Someone) -> None:
    li.unfollows()
    assert send(product, li.openid, GOOD)["errcode"] == 43004
    assert send(product, "o" * 28, GOOD)["errcode"] == 40003


def test_templates_are_declared_or_any(platform: Platform, product: Product, li: Someone) -> None:
    body = {"touser": li.openid, "template_id": "unknown", "data": {"thing1": {"value": "甲"}}}
    assert product.post("message/template/send", body)["errcode"] == 40037
    platform.account(any_template=True)
    assert product.post("message/template/send", body)["errcode"] == 0
    body["data"] = {"thing1": {"value": "长" * 21}}
    assert product.post("message/template/send", body)["errcode"] == 47003


def test_client_msg_id_sends_once(platform: Platform, product: Product, li: Someone) -> None:
    first = send(product, li.openid, GOOD, client_msg_id="case:1")
    assert send(product, li.openid, GOOD, client_msg_id="case:1")["msgid"] == first["msgid"]
    assert len(li.inbox()) == 1
    platform.settle()


def test_after_ten_minutes_the_same_client_msg_id_is_a_new_message(
    platform: Platform, product: Product, li: Someone
) -> None:
    first = send(product, li.openid, GOOD, client_msg_id="case:1")
    platform.advance(599)
    assert send(product, li.openid, GOOD, client_msg_id="case:1")["msgid"] == first["msgid"]
    platform.advance(1)
    assert send(product, li.openid, GOOD, client_msg_id="case:1")["msgid"] != first["msgid"]
    assert len(li.inbox()) == 2
    platform.settle()


def test_a_mini_program_wins_over_a_url(platform: Platform, product: Product, li: Someone) -> None:
    send(product, li.openid, GOOD, url="http://x", miniprogram={"appid": "wx1", "pagepath": "p"})
    assert (li.inbox()[0]["url"], li.inbox()[0]["miniprogram"]["pagepath"]) == ("", "p")
    platform.settle()


def test_a_blocked_message_is_told_afterwards(
    platform: Platform, product: Product, li: Someone, webhook: Webhook
) -> None:
    platform.breaks("template_blocked", times=1)
    assert send(product, li.openid, GOOD)["errcode"] == 0
    platform.settle()
    assert webhook.received[-1].findtext("Status") == "failed:user block"
    assert li.inbox() == []


def test_a_notice_costs_one_acceptance(platform: Platform, product: Product, webhook: Webhook) -> None:
    webhook.answer = lambda message: "success"
    platform.template("S" * 43, "办结通知", "subscribe", thing1="地点")
    li = platform.person("li")
    body = {
        "touser": li.openid,
        "template_id": "S" * 43,
        "page": "http://x/1",
        "data": {"thing1": {"value": "柳河"}},
    }

    def notify() -> int:
        return int(product.post("message/subscribe/bizsend", body)["errcode"])

    assert notify() == 43101
    li.subscribes("S" * 43, accept=False)
    assert notify() == 43101
    li.subscribes("S" * 43)
    li.subscribes("S" * 43)
    assert [notify(), notify(), notify()] == [0, 0, 43101]
    li.subscribes("S" * 43, long_term=True)
    assert [notify(), notify(), notify()] == [0, 0, 0]
    assert {line["kind"] for line in li.inbox()} == {"subscribe"}
    assert li.inbox()[0]["url"] == "http://x/1"
    platform.settle()
    assert {message.findtext("Event") for message in webhook.received} == {
        "subscribe_msg_popup_event", "subscribe_msg_sent_event",
    }  # fmt: skip
