"""One person sends a thousand messages in a minute: told kindly what was not kept, and nobody else notices."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import select
from werkzeug.test import Client

from bot.cipher import Door
from bot.pace import Pace
from bot.webhook import Sentences, Webhook
from handlers import speech, texts
from models.conversation import Inbound
from models.follower import Follower
from models.report import Report
from services.desk import Desk
from tests.bot.pushing import APP_ID, KEY, TOKEN, fields, plain, text
from tests.conftest import Clock
from tests.district import lay_out

AT_ONCE, PER_MINUTE = 30, 20
Say = Callable[[bytes], str]


@pytest.fixture
def say(desk: Desk, clock: Clock) -> Say:
    """Push it, and read the answer."""
    lay_out(desk)
    sentences = Sentences(busy=texts.BUSY, too_many=texts.TOO_MANY)
    pace = Pace(PER_MINUTE, AT_ONCE)
    door = Webhook(Door(TOKEN, APP_ID, KEY), desk, speech.dispatcher(), Random(1), pace, sentences)

    def push(body: bytes) -> str:
        sent = plain(body, clock().timestamp())
        answer = Client(door).post("/wechat", query_string=dict(sent.query), data=sent.body)
        assert answer.status_code == 200
        return "" if answer.data == b"success" else fromstring(answer.text).findtext("Content") or ""

    return push


def kept(desk: Desk) -> int:
    with desk.reading() as work:
        return len(list(work.session.scalars(select(Inbound.key))))


def test_messages_at_a_thousand_a_minute(say: Say, desk: Desk, clock: Clock) -> None:
    answers = []
    for n in range(300):
        answers.append(say(text(f"第{n}句", n)))
        clock.at += timedelta(milliseconds=60)
        if n % 100 == 50:
            assert "怎么用" in say(text("帮助", n, "o-wang"))
    taken = [answer for answer in answers if answer != texts.TOO_MANY]
    assert AT_ONCE <= len(taken) <= AT_ONCE + PER_MINUTE
    assert kept(desk) == len(taken) + 3
    assert "没有收下" in texts.TOO_MANY
    clock.forward(minutes=1)
    assert "怎么用" in say(text("帮助", 5000))


def flood(say: Say) -> list[str]:
    return [say(text(f"第{n}句", n)) for n in range(AT_ONCE + 20)]


def test_a_message_that_was_kept_gets_its_own_answer_again_in_the_middle_of_a_flood(
    say: Say, desk: Desk
) -> None:
    answers = flood(say)
    assert answers[-1] == texts.TOO_MANY
    before = kept(desk)
    assert [say(text(f"第{n}句", n)) for n in range(5)] == answers[:5]
    assert kept(desk) == before


def test_what_was_kept_before_the_flood_is_still_there(say: Say, desk: Desk, clock: Clock) -> None:
    say(text("北运河天穆镇段 河边有垃圾", 9001))
    flood(say)
    clock.forward(minutes=1)
    say(text("提交", 9002))
    with desk.reading() as work:
        (words,) = work.session.scalars(select(Report.words))
    assert words.startswith("北运河天穆镇段 河边有垃圾")


def test_who_wants_to_be_forgotten_is_never_too_many(say: Say, desk: Desk) -> None:
    flood(say)
    say(fields("<MsgType>event</MsgType><Event>unsubscribe</Event>"))
    with desk.reading() as work:
        assert "o-li" not in set(work.session.scalars(select(Follower.openid)))


def test_the_platforms_own_word_on_a_message_is_never_too_many(say: Say) -> None:
    flood(say)
    word = (
        "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>7</MsgID><Status>success</Status>"
    )
    assert say(fields(word)) == ""


def test_others_are_answered_in_time_while_it_lasts(say: Say) -> None:
    waited = []

    def somebody(n: int) -> None:
        began = time.perf_counter()
        assert "怎么用" in say(text("帮助", 7000 + n, f"o-other-{n}"))
        waited.append(time.perf_counter() - began)

    with ThreadPoolExecutor(9) as threads:
        floods = [threads.submit(flood, say) for _ in range(8)]
        for n in range(20):
            somebody(n)
        for one in floods:
            one.result()
    assert max(waited) < 5
    assert sorted(waited)[10] < 3  # some hundredths are usual
