"""Knocking at the web server's application without a server: RSGI's side of the exchange, as granian plays it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from web.door import Door


@dataclass(frozen=True)
class Headers:
    """A request's headers."""

    all: Sequence[tuple[str, str]]

    def get(self, name: str, default: str = "") -> str:
        return next((value for known, value in self.all if known == name), default)

    def items(self) -> list[tuple[str, str]]:
        return list(self.all)


@dataclass
class Scope:
    """A request but for its body."""

    method: str = "POST"
    path: str = "/wechat"
    query_string: str = ""
    headers: Headers = field(default_factory=lambda: Headers([]))
    http_version: str = "1.1"
    scheme: str = "http"
    client: str = "127.0.0.1:40000"
    server: str = "127.0.0.1:8000"


@dataclass
class Exchange:
    """A connection that brings a body in pieces and keeps the answer."""

    pieces: Sequence[bytes] = ()
    for_ever: bool = False
    """The body never ends."""
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    async def __call__(self) -> bytes:
        if self.for_ever:
            await asyncio.Event().wait()
        return b"".join(self.pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.for_ever:
            await asyncio.Event().wait()

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = status, headers

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


def request(
    body: bytes = b"",
    *,
    method: str = "POST",
    path: str = "/wechat",
    query: str = "",
    told: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
) -> tuple[Scope, Exchange]:
    """A request with its body; `told`: another content-length than the right one, "" for none."""
    length = str(len(body)) if told is None else told
    named = [*headers, *([("content-length", length)] if length else [])]
    return Scope(method, path, query, Headers(named)), Exchange([body])


def answered(door: Door, *requests: tuple[Scope, Exchange]) -> list[Exchange]:
    """All of them at once, in one worker's life."""

    async def life() -> None:
        loop = asyncio.get_running_loop()
        door.__rsgi_init__(loop)
        await asyncio.gather(*(door.__rsgi__(*one) for one in requests))

    asyncio.run(life())
    return [exchange for _, exchange in requests]
