"""The load generator seen from outside: starts bench/load.py and gives it its orders."""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from bench.environments import ROOT
from bench.load import Measured
from story.stage import ACCOUNT


class Generator:
    """A running load generator with its people."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def warm(self) -> Measured:
        """Everybody says hello and begins; raises RuntimeError where an answer was wrong."""
        measured = self._ask({"do": "warm"})
        if measured.errors:
            raise RuntimeError(f"before the clock started: {measured.errors} {measured.example}")
        return measured

    def met(self) -> None:
        """Everybody stands where `warm` brought them before this database was copied (bench/product.py: keep)."""
        self._ask({"do": "met"})

    def run(
        self, connections: int, seconds: float, most: int = 10_000, rate: float | None = None
    ) -> Measured:
        """Closed loop for so many seconds, or open loop at `rate`; `most`: messages a second made ready."""
        return self._ask(
            {
                "do": "run",
                "connections": connections,
                "seconds": seconds,
                "most": int(most * seconds),
                "rate": rate,
            }
        )

    def _ask(self, order: dict[str, Any]) -> Measured:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the load generator died")
        return Measured(**json.loads(answer))


@contextmanager
def generator(
    port: int, *, mix: str, people: int, echo: bool, kinds: list[str], places: list[tuple[float, float]],
    cores: list[int], name: str = "",
) -> Iterator[Generator]:  # fmt: skip
    """Start one for the server at this port. `name` keeps the people of two generators apart."""
    account = (ACCOUNT["app_id"], ACCOUNT["token"], ACCOUNT["encoding_aes_key"])
    order = {
        "account": account, "host": "127.0.0.1", "port": port, "mix": mix, "people": people, "echo": echo,
        "kinds": kinds, "places": places, "cores": cores, "name": name,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(order) + "\n")
    try:
        yield Generator(process)
    finally:
        process.stdin.close()
        process.wait(30)


def ceiling(seconds: float, people: int, cores: tuple[list[int], list[int]]) -> float:
    """Messages a second the generator reaches where a process answers a constant at once, 16 connections.

    `cores`: the answering process's, and the generator's.
    """
    with socket.create_server(("127.0.0.1", 0)) as door:
        child = os.fork()
        if child == 0:
            if cores[0]:
                os.sched_setaffinity(0, cores[0])
            _answer_for_ever(door)
        try:
            with generator(
                door.getsockname()[1], mix="step", people=people, echo=True, kinds=["一"],
                places=[(39.2, 117.1)], cores=cores[1],
            ) as load:  # fmt: skip
                measured = load.run(16, seconds, 60_000)
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)
    return measured.answered / measured.seconds


def _answer_for_ever(door: socket.socket) -> NoReturn:
    """Say the same to whatever comes, as fast as one thread can."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b"x" * 400
    epoll = select.epoll()
    epoll.register(door.fileno(), select.EPOLLIN)
    open_: dict[int, socket.socket] = {}
    while True:
        for file, _ in epoll.poll():
            if file == door.fileno():
                made, _address = door.accept()
                open_[made.fileno()] = made
                epoll.register(made.fileno(), select.EPOLLIN)
            elif open_[file].recv(65536):
                open_[file].sendall(answer)
            else:
                open_.pop(file).close()
