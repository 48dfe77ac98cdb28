"""Keep-alive HTTP connections driven by one thread over epoll, with no more parsing than is needed.

Closed loop: a connection sends its next request when the last is answered. Open loop: requests are due at a
fixed rate, whatever the server does, and an answer's time counts from when its request was due.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

LINGER_SECONDS = 15
"""How long the last answers are waited for."""


@dataclass(slots=True)
class Exchange:
    """One request and what came of it; times are of time.perf_counter."""

    request: bytes
    connection: int
    due: float = 0.0
    done: float = 0.0
    status: int = 0
    """HTTP status, 0 where the connection broke."""
    body: bytes = b""


@dataclass(slots=True)
class _Connection:
    waiting: deque[Exchange] = field(default_factory=deque)
    current: Exchange | None = None
    pipe: socket.socket | None = None
    buffer: bytes = b""


class Wire:
    """So many connections to one server."""

    def __init__(self, host: str, port: int, connections: int) -> None:
        self._address = (host, port)
        self._epoll = select.epoll()
        self._connections = [_Connection() for _ in range(connections)]
        self._by_file: dict[int, _Connection] = {}
        self.busy = 0
        for connection in self._connections:
            self._connect(connection)

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            if connection.pipe is not None:
                connection.pipe.close()
        self._epoll.close()

    def closed_loop(self, exchanges: Sequence[Exchange], seconds: float) -> tuple[float, float]:
        """Send until the time is over or nothing is left; the moments of the first and the last."""
        for exchange in exchanges:
            self._connections[exchange.connection].waiting.append(exchange)
        began = time.perf_counter()
        end = began + seconds
        for connection in self._connections:
            self._next(connection, began)
        while self.busy and time.perf_counter() < end + LINGER_SECONDS:
            for file, _ in self._epoll.poll(1.0):
                connection = self._by_file[file]
                now = time.perf_counter()
                if self._receive(connection, now) and now < end:
                    self._next(connection, now)
        return began, end

    def open_loop(self, exchanges: Sequence[Exchange], rate: float) -> tuple[float, float]:
        """Send each when it is due, `rate` a second; the moments of the first and the last."""
        began = time.perf_counter() + 0.05
        for number, exchange in enumerate(exchanges):
            exchange.due = began + number / rate
        end, position = exchanges[-1].due, 0
        while position < len(exchanges) or self.busy:
            now = time.perf_counter()
            if now > end + LINGER_SECONDS:
                break
            while position < len(exchanges) and exchanges[position].due <= now:
                connection = self._connections[exchanges[position].connection]
                connection.waiting.append(exchanges[position])
                position += 1
                if connection.current is None:
                    self._next(connection, None)
            wait = exchanges[position].due - time.perf_counter() if position < len(exchanges) else 1.0
            # epoll rounds its time-out up to a millisecond, select does not
            if select.select([self._epoll], [], [], max(0.0, wait))[0]:
                for file, _ in self._epoll.poll(0):
                    if self._receive(self._by_file[file], time.perf_counter()):
                        self._next(self._by_file[file], None)
        return began, end

    def _connect(self, connection: _Connection) -> None:
        made = socket.create_connection(self._address, 5)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        connection.pipe, connection.buffer = made, b""
        self._by_file[made.fileno()] = connection
        self._epoll.register(made.fileno(), select.EPOLLIN)

    def _next(self, connection: _Connection, due: float | None) -> None:
        if not connection.waiting:
            return
        exchange = connection.current = connection.waiting.popleft()
        if due is not None:
            exchange.due = due
        self.busy += 1
        assert connection.pipe is not None
        sent = connection.pipe.send(exchange.request)
        if sent != len(exchange.request):
            raise RuntimeError("a request did not fit the socket's buffer")

    def _receive(self, connection: _Connection, now: float) -> bool:
        """Whether the answer is complete, or the connection broke."""
        exchange = connection.current
        assert connection.pipe is not None
        try:
            got = connection.pipe.recv(65536)
        except ConnectionError:
            got = b""
        if not got:
            connection.pipe.close()  # which takes it out of epoll
            connection.current = None
            self._connect(connection)
            if exchange is None:
                return False  # the server hung up an idle connection
            exchange.done = now
            self.busy -= 1
            return True
        data = connection.buffer + got if connection.buffer else got
        end = _end_of(data)
        if exchange is None or len(data) < end:
            connection.buffer = data
            return False
        exchange.done, exchange.status, exchange.body = now, int(data[9:12]), data
        connection.buffer, connection.current = b"", None
        self.busy -= 1
        return True


def _end_of(data: bytes) -> int:
    """Length of the answer that begins here; more than there is while its head is not complete."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return len(data) + 1
    said = data[:head].lower()
    at = said.find(b"content-length:")
    if at < 0:
        raise RuntimeError(f"an answer without a length: {said!r}")
    return head + 4 + int(said[at + 15 :].split(b"\r\n", 1)[0])
