"""The generator's connections against a small server: closed loop, open loop, a server that hangs up."""

import socket
import threading
from collections.abc import Iterator

import pytest

from bench.wire import Exchange, Wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def port() -> Iterator[int]:
    """Answers in two pieces; hangs up where it is asked to."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def talk(pipe: socket.socket) -> None:
            with pipe:
                while asked := pipe.recv(1000):
                    if b"hang up" in asked:
                        return
                    pipe.sendall(ANSWER[:20])
                    pipe.sendall(ANSWER[20:])

        def accept() -> None:
            while True:
                try:
                    pipe, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(pipe,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield door.getsockname()[1]


def test_a_closed_loop_sends_everything_there_is_and_times_it(port: int) -> None:
    wire = Wire("127.0.0.1", port, 2)
    exchanges = [Exchange(b"hello", number % 2) for number in range(10)]
    began, end = wire.closed_loop(exchanges, 5.0)
    wire.close()
    assert all(e.status == 200 and e.body == ANSWER and began <= e.due <= e.done <= end for e in exchanges)


def test_in_an_open_loop_the_time_counts_from_when_a_request_was_due(port: int) -> None:
    wire = Wire("127.0.0.1", port, 2)
    exchanges = [Exchange(b"hello", number % 2) for number in range(20)]
    began, end = wire.open_loop(exchanges, 500.0)
    wire.close()
    assert end - began == pytest.approx(19 / 500)
    assert [round((e.due - began) * 500) for e in exchanges] == list(range(20))
    assert all(e.status == 200 and e.done > e.due for e in exchanges)


def test_a_broken_connection_is_counted_and_the_next_request_has_another(port: int) -> None:
    wire = Wire("127.0.0.1", port, 1)
    exchanges = [Exchange(b"hang up", 0), Exchange(b"hello", 0)]
    wire.closed_loop(exchanges, 5.0)
    wire.close()
    assert [e.status for e in exchanges] == [0, 200]
