"""The web server's application: /wechat by itself, the pages (Flask) behind it; RSGI, granian's own interface.

One thread takes all requests in and gives all answers out, and waits for nobody: a client that sends a byte a
second costs it nothing. Pushes that arrive while others are being committed are handed over together. What this
gave, beside a thread for each request: docs/performance.md.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from bot.webhook import PATH, Post, Response, Webhook
from web.reply_times import METHODS, NONE, ReplyTimes
from web.wsgi_pages import Page, environ_of, page_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger("heshao.web")

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes; a push of the platform's has some hundred."""
BODY_WITHIN = 20.0
"""Seconds in which a body must have come."""
ANSWERED_WITHIN = 4.0
"""Seconds after which a push that still waits is not taken: WeChat hears nothing after five, and sends it again."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
NO_ANSWER: Response = ("503 Service Unavailable", "text/plain", b"")
"""The platform sends the push again."""
TOGETHER = 64
"""Pushes that are committed together; more would make the first of them wait for the last."""


class Headers(Protocol):
    """A request's headers, names in small letters."""

    def get(self, name: str, default: str = "") -> str: ...
    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """What RSGI tells of a request."""

    method: str
    path: str
    query_string: str
    http_version: str
    scheme: str
    client: str
    server: str

    @property
    def headers(self) -> Headers: ...


class Exchange(Protocol):
    """RSGI's connection: gives the body, takes the answer."""

    async def __call__(self) -> bytes: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


class Door:
    """The application as granian asks for it."""

    def __init__(self, webhook: Webhook, pages: "WSGIApplication", times: ReplyTimes, threads: int) -> None:
        """`threads`: how many pages are made at once."""
        self._webhook = webhook
        self._pages = pages
        self._times = times
        self._threads = ThreadPoolExecutor(threads, "pages")
        self._pushes: Pushes | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pushes = Pushes(self._webhook.answer_all, loop)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._pushes:
            self._pushes.close()

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        began = perf_counter()
        body = await _body(scope, exchange) if scope.method in WITH_BODY else b""
        if isinstance(body, int):
            exchange.response_empty(body, [("connection", "close")])
            self._times.count((_method(scope), NONE, str(body)), perf_counter() - began)
        elif scope.path == PATH:
            status, media_type, answer = await self._answer(scope, body)
            self._times.count((_method(scope), PATH, status[:3]), perf_counter() - began)
            kind = [("content-type", f"{media_type}; charset=utf-8")]
            exchange.response_bytes(int(status[:3]), kind, b"" if scope.method == "HEAD" else answer)
        else:
            page = await self._page(scope, body)
            exchange.response_bytes(page.status, page.headers, page.body)

    async def _answer(self, scope: Scope, body: bytes) -> Response:
        if scope.method != "POST":
            return self._webhook.verify(scope.method, scope.query_string)
        assert self._pushes is not None  # granian has called __rsgi_init__
        return await self._pushes.answer(scope.query_string, body)

    async def _page(self, scope: Scope, body: bytes) -> Page:
        environ = environ_of(scope, body)
        return await asyncio.get_running_loop().run_in_executor(self._threads, page_of, self._pages, environ)


async def _body(scope: Scope, exchange: Exchange) -> bytes | int:
    """The body, or the status of its refusal: too large, not as long as it said, not there in time."""
    told = scope.headers.get("content-length", "")
    if told and not (told.isascii() and told.isdigit()):
        return 400
    if told and int(told) > LARGEST_BODY:
        return 413
    try:
        async with asyncio.timeout(BODY_WITHIN):
            body = await exchange() if told else await _of_unknown_length(exchange)
    except TimeoutError:
        return 408
    if len(body) > LARGEST_BODY:
        return 413
    return 400 if told and len(body) != int(told) else body


async def _of_unknown_length(exchange: Exchange) -> bytes:
    body = bytearray()
    async for piece in exchange:
        body += piece
        if len(body) > LARGEST_BODY:
            break
    return bytes(body)


def _method(scope: Scope) -> str:
    return scope.method if scope.method in METHODS else NONE


class Pushes:
    """Pushes on their way to the thread that answers them: those that wait go together."""

    def __init__(
        self,
        answer_all: Callable[[Sequence[Post]], list[Response]],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._answer_all = answer_all
        self._loop = loop
        self._threads = ThreadPoolExecutor(1, "pushes")  # more would fight for Python's lock
        self._free = True
        self._waiting: list[tuple[str, bytes, float, asyncio.Future[Response]]] = []
        self._called = False

    async def answer(self, query: str, body: bytes) -> Response:
        """What is answered to this push."""
        answered: asyncio.Future[Response] = self._loop.create_future()
        self._waiting.append((query, body, self._loop.time(), answered))
        if self._free and not self._called:  # after all the others that have come this very moment
            self._called = True
            self._loop.call_soon(self._hand_over)
        return await answered

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _hand_over(self) -> None:
        self._called = False
        if self._free and self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            self._free = False
            oldest = self._loop.time() - ANSWERED_WITHIN
            posts = [Post(query, body, late=came < oldest) for query, body, came, _ in batch]
            futures = [answered for *_, answered in batch]
            done = self._threads.submit(self._answer_all, posts)
            done.add_done_callback(
                lambda done, futures=futures: self._loop.call_soon_threadsafe(self._answered, futures, done)  # type: ignore[misc]
            )

    def _answered(self, futures: list["asyncio.Future[Response]"], done: "Future[list[Response]]") -> None:
        self._free = True
        self._hand_over()
        fault = done.exception()
        if fault is not None:
            log.error("pushes could not be answered", exc_info=fault, extra={"event": "message.failed"})
        responses = [NO_ANSWER] * len(futures) if fault is not None else done.result()
        for answered, response in zip(futures, responses, strict=True):
            if not answered.done():  # whoever asked may have gone away
                answered.set_result(response)
