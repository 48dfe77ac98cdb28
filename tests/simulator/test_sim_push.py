"""Pushing: three attempts, what counts as an answer, and the faults on the way."""

import threading
import time
from xml.etree.ElementTree import Element

import pytest
from werkzeug.wrappers import Response

from simulator.client import Platform
from simulator.replies import APOLOGY
from simulator.server import start
from tests.simulator.doubles import PACE, Webhook, echo, reply_to


def test_a_text_and_its_reply(platform: Platform, webhook: Webhook) -> None:
    li = platform.person("li")
    assert li.says("你好\n第二行") == "收到：你好\n第二行"
    assert [(line["kind"], line["text"]) for line in li.inbox()] == [("reply", "收到：你好\n第二行")]
    push = platform.pushes()[-1]
    assert (push["verdict"], len(push["attempts"])) == ("replied", 1)
    message = webhook.received[0]
    assert message.findtext("FromUserName") == li.openid
    assert len(message.findtext("MsgId") or "") == 17


@pytest.mark.parametrize("answer", ["success", ""])
def test_silence_is_accepted(platform: Platform, webhook: Webhook, answer: str) -> None:
    webhook.answer = lambda message: answer
    li = platform.person("li")
    assert li.says("你好") is None
    assert li.inbox() == []
    assert platform.pushes()[-1]["verdict"] == "accepted"


def swapped(message: Element) -> str:
    right = reply_to(message, "反了")
    to, source = message.findtext("FromUserName") or "", message.findtext("ToUserName") or ""
    return right.replace(to, "#").replace(source, to).replace("#", source)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda message: "<html>502</html>", "根元素"),
        (lambda message: '{"errcode":0}', "不是 XML"),
        (swapped, "写反"),
        (lambda message: echo(message).replace(">text<", ">poem<"), "MsgType"),
        (lambda message: echo(message).replace("<CreateTime>1</CreateTime>", ""), "CreateTime"),
        (lambda message: reply_to(message, "长" * 683), "2048"),
        (lambda message: reply_to(message, "坏]]></Content><Content><![CDATA[伪"), "重复"),
        (lambda message: echo(message).replace(">text<", ">news<"), "ArticleCount"),
        (lambda message: '<!DOCTYPE x [<!ENTITY e "e">]><xml>&e;</xml>', "不是 XML"),
    ],
)  # fmt: skip
def test_an_unacceptable_reply_shows_the_apology_and_is_not_asked_again(
    platform: Platform, webhook: Webhook, answer: object, why: str
) -> None:
    webhook.answer = answer  # type: ignore[assignment]
    li = platform.person("li")
    assert li.says("你好") is None
    assert [line["text"] for line in li.inbox()] == [APOLOGY]
    push = platform.pushes()[-1]
    assert why in push["reason"]
    assert len(push["attempts"]) == 1


def test_2048_bytes_are_still_shown(platform: Platform, webhook: Webhook) -> None:
    webhook.answer = lambda message: reply_to(message, "长" * 682 + "ab")
    assert len((platform.person("li").says("你好") or "").encode()) == 2048


def test_a_slow_webhook_is_asked_again_with_the_same_message(platform: Platform, webhook: Webhook) -> None:
    def slow_at_first(message: Element) -> str:
        if len(webhook.received) == 1:
            time.sleep(PACE * 1.5)
        return echo(message)

    webhook.answer = slow_at_first
    assert platform.person("li").says("你好") == "收到：你好"
    assert len({message.findtext("MsgId") for message in webhook.received}) == 1
    assert len({query["nonce"] for query in webhook.queries}) == 2
    attempts = platform.pushes()[-1]["attempts"]
    assert ["秒内" in attempt["problem"] for attempt in attempts] == [True, False]
    assert webhook.moments[1] - webhook.moments[0] == pytest.approx(PACE, abs=PACE / 2)


def test_after_three_failures_the_apology(platform: Platform, webhook: Webhook) -> None:
    webhook.sealed = lambda request: Response("oops", 500)
    li = platform.person("li")
    assert li.says("你好") is None
    assert [attempt["status"] for attempt in platform.pushes()[-1]["attempts"]] == [500, 500, 500]
    assert [line["text"] for line in li.inbox()] == [APOLOGY]


def test_photos_sent_at_once_are_pushed_at_once(platform: Platform, webhook: Webhook) -> None:
    together = threading.Barrier(4, timeout=5)

    def wait_for_the_others(message: Element) -> str:
        together.wait()
        return reply_to(message, message.findtext("MediaId") or "")

    webhook.answer = wait_for_the_others
    platform.account(webhook=webhook.url)
    replies = platform.person("li").sends_photos([bytes([number]) * 100 for number in range(4)])
    media = [line["media_id"] for line in platform.ask("GET", "people/li/chat") if line["way"] == "out"]
    assert replies == media
    assert len(set(media)) == 4


def test_duplicates_arrive_in_parallel_and_one_reply_is_shown(platform: Platform, webhook: Webhook) -> None:
    together = threading.Barrier(3, timeout=5)

    def wait_for_the_others(message: Element) -> str:
        together.wait()
        return echo(message)

    webhook.answer = wait_for_the_others
    platform.breaks("push_duplicate", times=1)
    li = platform.person("li")
    assert li.says("你好") == "收到：你好"
    assert platform.settle()
    assert len({message.findtext("MsgId") for message in webhook.received}) == 1
    assert len(webhook.received) == 3
    assert len(li.inbox()) == 1


def test_copies_may_come_later_than_the_persons_next_message(platform: Platform, webhook: Webhook) -> None:
    platform.breaks("push_duplicate", times=1, copies=6, seconds=0.5)
    li = platform.person("li")
    li.says("先")
    li.says("后")
    assert platform.settle()
    heard = [message.findtext("Content") for message in webhook.received]
    assert heard.count("先") == 6
    assert heard.count("后") == 1
    assert heard[-1] == "先"


@pytest.mark.parametrize(("fault", "longest"), [("push_repeated", PACE), ("webhook_slow", 2 * PACE)])
def test_a_lost_answer_is_asked_for_again(
    platform: Platform, webhook: Webhook, fault: str, longest: float
) -> None:
    platform.breaks(fault, times=1)
    li = platform.person("li")
    assert li.says("你好") == "收到：你好"
    assert len(webhook.received) == 2
    assert webhook.moments[1] - webhook.moments[0] < longest
    assert len(li.inbox()) == 1


def test_out_of_order(platform: Platform, webhook: Webhook) -> None:
    platform.breaks("push_out_of_order", seconds=1.0, every=1, times=1)
    li = platform.person("li")
    first = threading.Thread(target=li.says, args=("先",))
    first.start()
    time.sleep(0.1)
    li.says("后")
    first.join()
    assert [message.findtext("Content") for message in webhook.received] == ["后", "先"]


def test_two_people_with_one_message_id_in_one_second(platform: Platform, webhook: Webhook) -> None:
    platform.breaks("push_same_msgid")
    platform.breaks("push_same_second")
    platform.person("li").says("甲")
    platform.person("wang").says("乙")
    assert len({message.findtext("MsgId") for message in webhook.received}) == 1
    assert len({message.findtext("CreateTime") for message in webhook.received}) == 1
    assert len({message.findtext("FromUserName") for message in webhook.received}) == 2


def test_raw_pushes(platform: Platform, webhook: Webhook) -> None:
    li = platform.person("li")
    xml = (
        f"<xml><ToUserName>gh_0123456789ab</ToUserName><FromUserName>{li.openid}</FromUserName>"
        "<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>生</Content><MsgId>1</MsgId></xml>"
    )
    assert platform.push_xml(li.openid, xml)["replies"] == ["收到：生"]
    webhook.sealed = lambda request: Response(request.get_data() + request.query_string)
    assert platform.push_raw("乱", {"a": "b"}) == {"status": 200, "text": "乱a=b"}


def test_stop_ends_the_retries(webhook: Webhook) -> None:
    webhook.sealed = lambda request: Response("", 503)
    running = start(webhook=webhook.url, mode="plain", attempt_seconds=60)
    talking = threading.Thread(target=Platform(running.url).person("li").says, args=("你好",))
    talking.start()
    while not webhook.moments:
        time.sleep(0.01)
    began = time.monotonic()
    running.stop()
    talking.join()
    assert time.monotonic() - began < 30
    assert len(webhook.moments) == 1
