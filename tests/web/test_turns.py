"""The turnstile: few inside, slow bodies outside, and a refusal for one too many."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from web.turns import LARGEST_BODY, Turns

PATIENCE = 10.0


class Inside:
    """An application that counts who is in it at once, and stays until it is told."""

    def __init__(self) -> None:
        self.most = self.now = 0
        self.guard = threading.Lock()
        self.leave = threading.Event()
        self.leave.set()
        self.entered = threading.Semaphore(0)

    def __call__(self, environ: Any, start: Any) -> Iterable[bytes]:
        with self.guard:
            self.now += 1
            self.most = max(self.most, self.now)
        self.entered.release()
        assert self.leave.wait(PATIENCE)
        body = environ["wsgi.input"].read()
        with self.guard:
            self.now -= 1
        start("200 OK", [("Content-Type", "text/plain")])
        return [body]


class Dripping(BytesIO):
    """A body that does not come before it is let."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked, self.come = threading.Event(), threading.Event()

    def readinto(self, buffer: Any) -> int:
        self.asked.set()
        assert self.come.wait(PATIENCE)
        return super().readinto(buffer)

    def read(self, size: int | None = -1) -> bytes:
        self.asked.set()
        assert self.come.wait(PATIENCE)
        return super().read(size)


@pytest.fixture
def inside() -> Inside:
    return Inside()


def post(turns: Turns, body: BytesIO, length: int | None, terminated: bool = False) -> tuple[bytes, str]:
    environ = EnvironBuilder(method="POST", input_stream=body).get_environ()
    environ["CONTENT_LENGTH"] = "" if length is None else str(length)
    environ["wsgi.input_terminated"] = terminated
    content, status, _ = run_wsgi_app(turns, environ)
    return b"".join(content), status


def test_no_more_are_inside_than_there_are_turns(inside: Inside) -> None:
    turns = Turns(inside, threads=3, slow_clients=20)
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda n: Client(turns).post("/", data=b"%d" % n).data, range(60)))
    assert answers == [b"%d" % n for n in range(60)]
    assert inside.most <= 3


def test_a_slow_body_takes_no_turn(inside: Inside) -> None:
    turns = Turns(inside, threads=1, slow_clients=5)
    slow = [Dripping(b"slow") for _ in range(4)]
    with ThreadPoolExecutor(4) as crowd:
        waiting = [crowd.submit(post, turns, body, 4) for body in slow]
        for body in slow:
            assert body.asked.wait(PATIENCE)
        assert Client(turns).post("/", data=b"quick").data == b"quick"
        assert Client(turns).get("/").status_code == 200
        for body in slow:
            body.come.set()
        assert [one.result() for one in waiting] == [(b"slow", "200 OK")] * 4


def test_one_slow_body_too_many_is_refused_and_pages_are_still_answered(inside: Inside) -> None:
    turns = Turns(inside, threads=1, slow_clients=2)
    slow = [Dripping(b"slow") for _ in range(2)]
    with ThreadPoolExecutor(2) as crowd:
        waiting = [crowd.submit(post, turns, body, 4) for body in slow]
        for body in slow:
            assert body.asked.wait(PATIENCE)
        assert Client(turns).post("/", data=b"x").status_code == 503
        assert Client(turns).get("/").status_code == 200
        for body in slow:
            body.come.set()
        assert all(one.result()[1] == "200 OK" for one in waiting)
    assert Client(turns).post("/", data=b"x").data == b"x"


def test_a_body_that_is_too_large_or_cut_off_takes_no_turn(inside: Inside) -> None:
    turns = Turns(inside, threads=1, slow_clients=1)
    assert Client(turns).post("/", data=b"x" * (LARGEST_BODY + 1)).status_code == 413
    for terminated in (True, False):  # granian's input ends where the body does, others' may not
        assert post(turns, BytesIO(b"half"), 8, terminated)[1] == "400 Bad Request"
        assert post(turns, BytesIO(b"x" * 100), LARGEST_BODY + 2, terminated)[1].startswith("413 ")
    assert post(turns, BytesIO(b"x" * (LARGEST_BODY + 1)), None, terminated=True)[1].startswith("413 ")
    assert inside.most == 0


def test_nobody_waits_for_the_body_of_a_get(inside: Inside) -> None:
    body = Dripping(b"never")
    environ = EnvironBuilder(method="GET", input_stream=body, content_length=5).get_environ()
    assert run_wsgi_app(Turns(inside, 1, 1), environ)[1] == "200 OK"
    assert not body.asked.is_set()


def test_an_application_that_fails_gives_its_turn_back() -> None:
    def broken(environ: Any, start: Any) -> Iterable[bytes]:
        raise ValueError("a fault")

    turns = Turns(broken, threads=1, slow_clients=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="a fault"):
            Client(turns).post("/", data=b"x")
