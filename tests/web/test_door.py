"""The web server's application: bodies taken in, pushes answered together, pages behind."""

import threading
from collections.abc import Sequence
from random import Random

import pytest
from flask import Flask, request
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bot.cipher import Door as Lock
from bot.pace import Pace
from bot.webhook import Post, Response, Sentences, Webhook
from handlers import speech, texts
from models.conversation import Inbound
from services.desk import Desk
from tests.bot import pushing
from tests.bot.pushing import APP_ID, KEY, TOKEN, Push
from tests.conftest import Clock
from tests.district import lay_out
from tests.web import knocking
from web import door as doors
from web.door import LARGEST_BODY, Door, Exchange, Headers, Scope
from web.reply_times import ReplyTimes


class Listening(Webhook):
    """A webhook that tells what it is asked together, once it is let."""

    def __init__(self) -> None:
        self.asked: list[list[Post]] = []
        self.may_answer = threading.Event()

    def answer_all(self, posts: Sequence[Post]) -> list[Response]:
        self.asked.append(list(posts))
        assert self.may_answer.wait(10)
        return [("200 OK", "text/plain", post.body[::-1]) for post in posts]


@pytest.fixture
def counted() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def pages() -> Flask:
    app = Flask(__name__)

    @app.route("/say/<words>", methods=["GET", "POST"])
    def say(words: str) -> tuple[str, int, dict[str, str]]:
        told = f"{words} {request.args.get('q')} {request.get_data().decode()} {request.remote_addr}"
        return f"{told} {request.headers['X-Twice']}", 201, {"X-Said": "yes"}

    return app


def door_of(webhook: Webhook, pages: Flask, counted: CollectorRegistry) -> Door:
    times = ReplyTimes(pages.wsgi_app, counted)
    pages.wsgi_app = times  # type: ignore[method-assign]
    return Door(webhook, pages, times, 4)


@pytest.fixture
def webhook() -> Listening:
    listening = Listening()
    listening.may_answer.set()
    return listening


@pytest.fixture
def door(webhook: Listening, pages: Flask, counted: CollectorRegistry) -> Door:
    return door_of(webhook, pages, counted)


def test_pushes_that_come_while_others_are_being_committed_are_answered_together(
    webhook: Listening, pages: Flask, counted: CollectorRegistry
) -> None:
    webhook.may_answer.clear()
    door = door_of(webhook, pages, counted)
    pushes = [knocking.request(b"push %d" % n) for n in range(5)]

    class LetGo(knocking.Exchange):
        async def __call__(self) -> bytes:
            webhook.may_answer.set()
            return await super().__call__()

    last = knocking.request(b"last")[0], LetGo([b"last"])
    found = knocking.answered(door, *pushes, last)
    assert [one.body for one in found] == [b"0 hsup", b"1 hsup", b"2 hsup", b"3 hsup", b"4 hsup", b"tsal"]
    assert [len(posts) for posts in webhook.asked] == [6]


def test_a_fault_of_ours_is_an_answer_too_and_those_after_it_are_answered(
    webhook: Listening, pages: Flask, counted: CollectorRegistry
) -> None:
    class Faulty(Listening):
        def answer_all(self, posts: Sequence[Post]) -> list[Response]:
            if posts[0].body == b"fault":
                raise MemoryError
            return super().answer_all(posts)

    faulty = Faulty()
    faulty.may_answer.set()
    door = door_of(faulty, pages, counted)
    found = [knocking.answered(door, knocking.request(body))[0] for body in (b"fault", b"fine")]
    assert [one.status for one in found] == [503, 200]


def test_who_has_waited_too_long_is_not_taken(
    webhook: Listening, pages: Flask, counted: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "ANSWERED_WITHIN", -1.0)
    knocking.answered(door_of(webhook, pages, counted), knocking.request(b"x"))
    assert [post.late for posts in webhook.asked for post in posts] == [True]


def test_who_has_waited_too_long_is_told_that_it_was_not_stored(desk: Desk, clock: Clock) -> None:
    lay_out(desk)
    sentences = Sentences(busy=texts.BUSY, too_many=texts.TOO_MANY)
    webhook = Webhook(
        Lock(TOKEN, APP_ID, KEY), desk, speech.dispatcher(), Random(1), Pace(120, 150), sentences
    )
    push = pushing.safe(pushing.text("举报"), clock().timestamp())
    (late,) = webhook.answer_all([Post(query_of(push), push.body, late=True)])
    assert texts.BUSY.encode() in pushing.opened(late[2])
    assert desk.look(lambda work: work.session.scalars(select(Inbound.key)).all()) == []
    (again,) = webhook.answer_all([Post(query_of(push), push.body)])
    assert texts.BUSY.encode() not in pushing.opened(again[2])


def query_of(push: Push) -> str:
    return "&".join(f"{name}={value}" for name, value in push.query.items())


@pytest.mark.parametrize(
    ("body", "told", "status"),
    [
        (b"x" * 10, "11", 400),
        (b"x" * 10, "ten", 400),
        (b"x" * 10, "-1", 400),
        (b"", str(LARGEST_BODY + 1), 413),
        (b"x" * (LARGEST_BODY + 1), "", 413),
        (b"x" * 10, "", 200),
        (b"x" * 10, "10", 200),
    ],
)
def test_a_body_must_be_as_long_as_it_says_and_not_too_long(
    door: Door, counted: CollectorRegistry, body: bytes, told: str, status: int
) -> None:
    (found,) = knocking.answered(door, knocking.request(body, told=told))
    assert found.status == status
    route = "/wechat" if status == 200 else "none"
    labels = {"method": "POST", "route": route, "status": str(status)}
    assert counted.get_sample_value("heshao_requests_total", labels) == 1


@pytest.mark.parametrize("told", ["10", ""], ids=["of known length", "in pieces"])
def test_a_body_that_does_not_come_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(doors, "BODY_WITHIN", 0.01)
    scope, _ = knocking.request(told=told)
    slow = knocking.Exchange([b"x"], for_ever=True)
    quick = knocking.request(b"quick")
    knocking.answered(door, (scope, slow), quick)
    assert (slow.status, quick[1].status) == (408, 200)


def test_a_page_is_asked_for_with_all_that_was_said(door: Door, counted: CollectorRegistry) -> None:
    asked = knocking.request(
        "身体".encode(), path="/say/%E6%B2%B3%E5%93%A8", query="q=%E6%B0%B4",
        headers=[("x-twice", "a"), ("x-twice", "b"), ("content-type", "text/plain")],
    )  # fmt: skip
    (found,) = knocking.answered(door, asked)
    assert (found.status, found.body.decode()) == (201, "河哨 水 身体 127.0.0.1 a,b")
    assert ("x-said", "yes") in found.headers
    labels = {"method": "POST", "route": "/say/<words>", "status": "201"}
    assert counted.get_sample_value("heshao_requests_total", labels) == 1


def test_a_page_that_fails_is_an_error_of_its_own(pages: Flask, door: Door) -> None:
    @pages.get("/broken")
    def broken() -> str:
        raise RuntimeError("broken")

    failed, fine = knocking.answered(
        door, knocking.request(method="GET", path="/broken"), knocking.request(b"push")
    )
    assert (failed.status, fine.status) == (500, 200)


def test_a_body_is_not_waited_for_where_there_is_none(door: Door) -> None:
    scope, _ = knocking.request(method="GET", path="/none")
    (found,) = knocking.answered(door, (scope, knocking.Exchange(for_ever=True)))
    assert found.status == 404


def kept_to(scope: Scope, headers: Headers, exchange: Exchange) -> None:
    """The stand-ins keep to what the door asks for (read by mypy)."""


kept_to(knocking.Scope(), knocking.Headers([]), knocking.Exchange())
