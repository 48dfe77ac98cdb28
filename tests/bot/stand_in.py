"""A very small WeChat platform on loopback for these tests: tokens, and answers laid out in advance."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

STABLE = "/cgi-bin/stable_token"
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class Call:
    """A request as it came."""

    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """An answer as it goes out."""

    body: bytes
    status: int = 200
    content_type: str = "text/plain"
    length: int | None = None


@dataclass
class StandIn:
    """`answers` by path; a token is checked for all but `/sns/` and `/file/`."""

    answers: dict[str, Answer | dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    expires_in: int = 7200
    refuses: bool = False
    stuck: bool = False
    """stable_token keeps giving a token that is refused, until it is forced."""
    hangs: str = ""
    """The path that is not answered until `over` is set."""
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def token(self) -> str:
        return f"SECRETTOKEN-{self.number}"

    def invalidate(self) -> None:
        """The platform makes a new token; the one given out is dead."""
        self.number += 1

    def to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def answer(self, call: Call) -> Answer:
        if call.path == self.hangs:
            self.over.wait(10)
        with self.lock:
            self.calls.append(call)
            if call.path == STABLE:
                return _json(self._stable(call.json))
            free = call.path.startswith(("/sns/", "/file/"))
            if not free and (self.refuses or self.stuck or call.query.get("access_token") != self.token):
                text = "invalid credential, access_token is invalid or not latest rid: 63919c9c-00000000-0"
                return _json({"errcode": 40001, "errmsg": text})
            given = self.answers.get(call.path, OK)
            return given if isinstance(given, Answer) else _json(given)

    def _stable(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["secret"] != "APPSECRET":
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if asked.get("force_refresh"):
            self.number += 1
            self.stuck = False
        return {"access_token": self.token, "expires_in": self.expires_in}


def serve(stand_in: StandIn) -> ThreadingHTTPServer:
    """Start it on a free port; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, ValueError):  # the client has gone
                self.close_connection = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = stand_in.answer(Call(parts.path, query, body, dict(self.headers)))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            length = len(answer.body) if answer.length is None else answer.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = answer.length is not None

        do_POST = do_GET  # noqa: N815 - the library's naming

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            """Clients that hang up are part of these tests."""

    server = Server(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def _json(answer: dict[str, Any]) -> Answer:
    return Answer(json.dumps(answer, ensure_ascii=False).encode())
