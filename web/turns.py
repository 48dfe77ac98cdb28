"""So many requests are worked on at once; whoever sends a body slowly waits outside and holds up nobody.

granian hands a request on before its body is there, and has no limit of time for that (granian #728, wontfix):
with as many threads as turns, that many clients sending a byte a second would be the end of all answers.
"""

from collections.abc import Iterable
from io import BytesIO
from queue import SimpleQueue
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_input_stream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes; a push of the platform's has some hundred."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Turns:
    """The application behind a turnstile: at most `threads` inside, at most `slow_clients` bodies under way.

    One more body than that is refused (503): a thread is always left for those who have said what they want.
    """

    def __init__(self, application: "WSGIApplication", threads: int, slow_clients: int) -> None:
        self._application = application
        self._bodies = BoundedSemaphore(slow_clients)
        self._turns: SimpleQueue[None] = SimpleQueue()
        for _ in range(threads):
            self._turns.put(None)

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        refused = self._receive(environ)
        if refused:
            start(refused, [("Content-Type", "text/plain"), ("Content-Length", "0"), ("Connection", "close")])
            return [b""]
        self._turns.get()
        try:
            return self._application(environ, start)
        finally:
            self._turns.put(None)

    def _receive(self, environ: "WSGIEnvironment") -> str:
        """Take the body in; the status line of a refusal, or ""."""
        if environ["REQUEST_METHOD"] not in WITH_BODY:
            environ["wsgi.input"] = BytesIO()  # nobody waits for the body of a GET
            return ""
        if not self._bodies.acquire(blocking=False):
            return "503 Service Unavailable"
        try:
            body = get_input_stream(environ, max_content_length=LARGEST_BODY + 1).read()
        except HTTPException as wrong:  # too large, or gone before it was whole
            return f"{wrong.code} {wrong.name}"
        finally:
            self._bodies.release()
        if len(body) > LARGEST_BODY:  # of a length nobody told beforehand
            return "413 Request Entity Too Large"
        if environ.get("CONTENT_LENGTH", "") not in ("", str(len(body))):
            return "400 Bad Request"
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        return ""
