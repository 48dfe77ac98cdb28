"""Every request counted by route and status, and timed: a layer around the application, a few microseconds thick."""

import logging
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Histogram

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("heshao.web")

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.5, 5.0)
"""Seconds; WeChat waits for five."""
SLOW = 1.0
"""Seconds from which a request is worth a line in the log."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NONE = "none"
"""Methods there are none of and what no route answers are counted together: a stranger may invent any number."""
NO_ANSWER = (NONE, NONE, "500")
"""Method, route, status of a request that ended without any answer of ours."""


class ReplyTimes:
    """The application, with every request measured; the figures are in the registry."""

    def __init__(self, application: "WSGIApplication", registry: CollectorRegistry) -> None:
        self._application = application
        self._requests = Counter(
            "heshao_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "heshao_reply_seconds", "Seconds from a request's arrival to its reply", ["method", "route"],
            buckets=BUCKETS, registry=registry,
        )  # fmt: skip
        self._children: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = perf_counter()
        kind = NO_ANSWER

        def start(line: str, *rest: Any) -> Any:
            nonlocal kind
            kind = _kind(environ, line[:3])
            return start_response(line, *rest)

        try:
            return self._application(environ, start)
        finally:
            self.count(kind, perf_counter() - began)

    def count(self, kind: tuple[str, str, str], seconds: float) -> None:
        """One more request of this method, route and status, answered in so many seconds."""
        child = self._children.get(kind)
        if child is None:
            child = self._requests.labels(*kind), self._seconds.labels(*kind[:2])
            self._children[kind] = child
        child[0].inc()
        child[1].observe(seconds)
        if seconds >= SLOW or kind[2] >= "500":
            self._say(logging.WARNING, kind, seconds)
        elif log.isEnabledFor(logging.DEBUG):
            self._say(logging.DEBUG, kind, seconds)

    def _say(self, level: int, kind: tuple[str, str, str], seconds: float) -> None:
        method, route, status = kind
        fields = {"event": "request", "method": method, "route": route, "status": status}
        log.log(level, "%s %s", method, route, extra={**fields, "seconds": round(seconds, 4)})


def _kind(environ: "WSGIEnvironment", status: str) -> tuple[str, str, str]:
    """Method, route and status. The webhook, which is not Flask's, says its route itself; Flask's request, which
    knows the route, is in the environment until its end."""
    route = environ.get("heshao.route")
    if route is None:
        request = environ.get("werkzeug.request")
        rule = request.url_rule if request is not None else None
        route = rule.rule if rule is not None else NONE
    method = environ["REQUEST_METHOD"]
    return method if method in METHODS else NONE, route, status
