"""Broken on purpose: each fault does what its name says, as often as it is told."""

import json
import threading
import time

import pytest
import requests

from simulator.client import Platform, Refusal
from simulator.faults import CATALOGUE
from simulator.samples import photo
from tests.simulator.doubles import Product, Webhook

REFUSALS = [fault for fault in CATALOGUE.values() if fault.place == "call" and fault.does == "refuse"]


def say(product: Product, openid: str) -> requests.Response:
    body = {"touser": openid, "msgtype": "text", "text": {"content": "您好"}}
    return product.raw("POST", "message/custom/send", data=json.dumps(body, ensure_ascii=False).encode())


@pytest.mark.parametrize("name", [fault.name for fault in REFUSALS])
def test_refusals_of_calls(platform: Platform, product: Product, name: str) -> None:
    li = platform.person("li")
    li.says("你好")
    platform.breaks(name, times=1)
    assert say(product, li.openid).json()["errcode"] == CATALOGUE[name].code
    assert say(product, li.openid).json()["errcode"] == 0


def test_every_nth_call(platform: Platform, product: Product) -> None:
    platform.breaks("call_40001", every=3)
    codes = [product.get("getcallbackip").get("errcode", 0) for _ in range(7)]
    assert codes == [0, 0, 40001, 0, 0, 40001, 0]


def test_after_some_calls_for_one_path_and_one_person(platform: Platform, product: Product) -> None:
    li, wang = platform.person("li"), platform.person("wang")
    li.says("你好")
    wang.says("你好")
    platform.breaks("message_43101", person="li", skip=1)
    assert product.get("getcallbackip").get("errcode", 0) == 0
    told = [say(product, each.openid).json()["errcode"] for each in (li, wang, li, wang, li)]
    assert told == [0, 0, 43101, 0, 43101]


def test_the_token_endpoint_fails(platform: Platform, product: Product) -> None:
    platform.breaks("token_busy", times=1)
    assert product.stable_token()["errcode"] == -1
    platform.breaks("token_500", times=1)
    body = {"grant_type": "client_credential"}
    assert product.raw("POST", "stable_token", data=json.dumps(body)).status_code == 500
    for slow in ("token_slow", "token_stall"):
        platform.breaks(slow, seconds=0.2, times=1)
        began = time.monotonic()
        assert "access_token" in product.stable_token()
        assert time.monotonic() - began > 0.2


def test_spoilt_answers(platform: Platform, product: Product) -> None:
    platform.breaks("call_truncated", times=1)
    with pytest.raises(requests.JSONDecodeError):
        product.get("getcallbackip")
    platform.breaks("call_html", times=1)
    answer = product.raw("GET", "getcallbackip")
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    platform.breaks("call_500", times=1)
    assert product.raw("GET", "getcallbackip").status_code == 500


def test_the_answer_is_slow_but_the_call_has_taken_effect(platform: Platform, product: Product) -> None:
    li = platform.person("li")
    li.says("你好")
    cursor = li.last()
    platform.breaks("call_answer_slow", times=1, seconds=3)
    began = time.monotonic()
    calling = threading.Thread(target=say, args=(product, li.openid))
    calling.start()
    while not li.inbox(cursor):
        time.sleep(0.01)
    assert time.monotonic() - began < 3
    calling.join()
    assert time.monotonic() - began >= 3


def test_nothing_of_the_api_can_be_reached_but_messages_are_pushed(
    platform: Platform, product: Product, webhook: Webhook
) -> None:
    platform.breaks("api_down")
    li = platform.person("li")
    assert li.sends_photo(photo("fish")) is not None
    with pytest.raises(requests.ConnectionError):
        product.stable_token()
    with pytest.raises(requests.ConnectionError):
        say(product, li.openid)
    with pytest.raises(requests.ConnectionError):
        product.raw("GET", "media/get", params={"media_id": webhook.received[-1].findtext("MediaId") or ""})
    platform.mends()
    assert say(product, li.openid).json()["errcode"] == 0


@pytest.mark.parametrize(("fault", "arrived"), [("call_reset", 0), ("call_answer_lost", 1)])
def test_a_connection_breaks_before_or_after_the_call(
    platform: Platform, product: Product, fault: str, arrived: int
) -> None:
    li = platform.person("li")
    li.says("你好")
    cursor = li.last()
    platform.breaks(fault, times=1)
    with pytest.raises(requests.ConnectionError):
        say(product, li.openid)
    assert len(li.inbox(cursor)) == arrived


@pytest.mark.parametrize("name", ["media_40007", "media_truncated", "media_html", "media_empty"])
def test_media(platform: Platform, product: Product, webhook: Webhook, name: str) -> None:
    platform.person("li").sends_photo(photo("fish"))
    platform.breaks(name, times=1)
    query = {"media_id": webhook.received[-1].findtext("MediaId") or ""}
    got = product.raw("GET", "media/get", params=query).content
    assert got != photo("fish")
    if name == "media_truncated":
        assert photo("fish").startswith(got)
    assert product.raw("GET", "media/get", params=query).content == photo("fish")


def test_faults_are_listed_cleared_and_named(platform: Platform, product: Product) -> None:
    first = platform.breaks("call_45009")
    platform.breaks("call_busy")
    platform.mends(first)
    assert [fault["name"] for fault in platform.ask("GET", "faults")] == ["call_busy"]
    assert product.get("getcallbackip")["errcode"] == -1
    assert platform.calls()[-1]["fault"] == "call_busy"
    platform.mends()
    assert "ip_list" in product.get("getcallbackip")
    with pytest.raises(Refusal, match="没有这种故障"):
        platform.breaks("everything")
    with pytest.raises(Refusal, match="没有这些设置"):
        platform.breaks("call_busy", colour="red")
    names = {fault["name"] for fault in platform.ask("GET", "faults/catalogue")}
    assert names == set(CATALOGUE)


def test_an_unknown_call(product: Product) -> None:
    assert product.get("no/such/call")["errcode"] == 76021
