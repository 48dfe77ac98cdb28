"""/metrics for Prometheus: requests from the web processes' own counters, everything else from the rows."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from flask import Blueprint, Request, Response, request
from prometheus_client import CollectorRegistry, values
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from services.desk import Desk
from services.measures import measure
from web.figures import Family, figures, reachable

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via")
"""Whoever comes with one of these comes through a proxy, whatever it says; none of them opens anything."""
OLD = ("HTTP/1.0", "HTTP/1")
"""nginx that was told nothing speaks HTTP/1.0, as granian writes it too; Prometheus and curl do not."""
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True)
class Readers:
    """Who may read /metrics: whoever knows the token, and, if so set, this very machine."""

    loopback: bool
    token: str

    def admit(self, asking: Request) -> bool:
        """Whether this request may. Without the token: from a loopback address, by a loopback name, and not
        through a proxy, which has a loopback address too."""
        return self._knows_the_token(asking) or (self.loopback and _is_here(asking))

    def _knows_the_token(self, asking: Request) -> bool:
        kind, _, said = asking.headers.get("Authorization", "").partition(" ")
        same = hmac.compare_digest(said.strip().encode(), self.token.encode())
        return bool(self.token) and kind.lower() == "bearer" and same


def _is_here(asking: Request) -> bool:
    if any(name in asking.headers for name in FORWARDED) or asking.environ.get("SERVER_PROTOCOL") in OLD:
        return False
    name = asking.host if asking.host.endswith("]") else asking.host.rpartition(":")[0] or asking.host
    try:
        return name in LOCAL_NAMES and ip_address(asking.remote_addr or "").is_loopback
    except ValueError:
        return False


class Rows(Collector):
    """The figures that stand in the database, the same whichever process is asked."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Family]:
        """Read at the time of asking."""
        try:
            measures = self._desk.look(measure)
        except SQLAlchemyError:
            yield reachable(False)
            return
        yield reachable(True)
        yield from figures(measures)


def metrics_pages(desk: Desk, requests: CollectorRegistry, readers: Readers) -> Blueprint:
    """The address Prometheus asks; `requests` holds what this process counted."""
    pages = Blueprint("metrics", __name__)

    @pages.get("/metrics")
    def tell() -> Response:
        if not readers.admit(request):
            return Response("not for you\n", status=403, mimetype="text/plain")
        whole = CollectorRegistry()
        whole.register(Rows(desk))
        return Response(
            _of_all_processes(requests) + generate_latest(whole), content_type=CONTENT_TYPE_PLAIN_0_0_4
        )

    return pages


def _of_all_processes(own: CollectorRegistry) -> bytes:
    """What this process counted, or, where several share a folder (`flask serve`), what all of them did."""
    if not values.ValueClass._multiprocess:
        return generate_latest(own)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)
