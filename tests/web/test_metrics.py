"""/metrics: who may read it, that it is well formed and right, also with several web processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from werkzeug.test import EnvironBuilder

from models.job import JobRun
from models.notification import Delivery, Notice, Notification
from services.desk import Desk, Work
from web.health import health_pages
from web.metrics import FORWARDED, Readers, metrics_pages
from web.reply_times import ReplyTimes

TOKEN = "a-token-for-prometheus"
HERE = "http://127.0.0.1:8000"
Client = Callable[..., FlaskClient]


@pytest.fixture
def client(desk: Desk) -> Client:
    def make(loopback: bool = True, token: str = "") -> FlaskClient:
        app, counted = Flask(__name__), CollectorRegistry()
        app.wsgi_app = ReplyTimes(app.wsgi_app, counted)  # type: ignore[method-assign]
        app.register_blueprint(health_pages(desk))
        app.register_blueprint(metrics_pages(desk, counted, Readers(loopback, token)))
        return app.test_client()

    return make


def samples(said: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels; the parser refuses what is not well formed."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
    }


def value(said: str, name: str, **labels: str) -> float:
    return samples(said)[name, tuple(sorted(labels.items()))]


@pytest.mark.parametrize(
    ("readers", "asking", "admitted"),
    [
        (Readers(True, ""), {}, True),
        (Readers(False, ""), {}, False),
        (Readers(True, ""), {"address": "10.0.0.7"}, False),
        (Readers(True, ""), {"address": "::1", "base": "http://[::1]:8000"}, True),
        (Readers(True, ""), {"address": ""}, False),  # a Unix socket has no address
        (Readers(True, ""), {"base": "https://heshao.example"}, False),  # nginx's own address is a loopback
        (Readers(True, TOKEN), {"address": "10.0.0.7", "Authorization": f"Bearer {TOKEN}"}, True),
        (Readers(True, TOKEN), {"base": "https://heshao.example", "Authorization": f"bearer {TOKEN} "}, True),
        (Readers(False, TOKEN), {"Authorization": f"Bearer {TOKEN}x"}, False),
        (Readers(False, TOKEN), {"Authorization": f"Basic {TOKEN}"}, False),
        (Readers(False, TOKEN), {"Authorization": "Bearer ünïcode"}, False),
        (Readers(False, ""), {"Authorization": "Bearer "}, False),
        *((Readers(True, ""), {name: "127.0.0.1"}, False) for name in FORWARDED),
    ],
)
def test_who_may_read(readers: Readers, asking: dict[str, str], admitted: bool) -> None:
    asking = dict(asking)
    address, base = asking.pop("address", "127.0.0.1"), asking.pop("base", HERE)
    environ = EnvironBuilder("/metrics", base, headers=[*asking.items()]).get_environ()
    assert readers.admit(Request({**environ, "REMOTE_ADDR": address})) is admitted


@given(
    st.dictionaries(
        st.sampled_from([*FORWARDED, "Host", "User-Agent"]), st.text("127.0.0.1,:for=lochst[]", max_size=20)
    )
)
def test_no_header_opens_it_from_elsewhere(headers: dict[str, str]) -> None:
    environ = EnvironBuilder("/metrics", HERE, headers=[*headers.items()]).get_environ()
    assert not Readers(True, TOKEN).admit(Request({**environ, "REMOTE_ADDR": "203.0.113.9"}))


def test_a_proxy_that_adds_nothing_is_known_by_its_old_protocol() -> None:
    environ = EnvironBuilder("/metrics", HERE).get_environ()
    old = {**environ, "REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.0"}
    assert not Readers(True, "").admit(Request(old))


def test_it_is_not_public(client: Client) -> None:
    refused = client(loopback=False).get("/metrics", base_url=HERE)
    assert (refused.status_code, refused.text) == (403, "not for you\n")
    assert client().get("/metrics", base_url="https://heshao.example").status_code == 403


def test_requests_are_counted_by_route_and_status(client: Client) -> None:
    here = client()
    for _ in range(3):
        here.get("/healthz")
    here.get("/c/somebody's-secret-link")
    here.open("/healthz", method="BREW")
    here.get("/metrics", base_url="https://heshao.example")
    said = here.get("/metrics", base_url=HERE).text
    assert value(said, "heshao_requests_total", method="GET", route="/healthz", status="200") == 3
    assert value(said, "heshao_requests_total", method="GET", route="none", status="404") == 1
    assert value(said, "heshao_requests_total", method="none", route="none", status="405") == 1
    assert value(said, "heshao_requests_total", method="GET", route="/metrics", status="403") == 1
    assert value(said, "heshao_reply_seconds_count", method="GET", route="/healthz") == 3
    assert value(said, "heshao_reply_seconds_bucket", method="GET", route="/healthz", le="5.0") == 3
    assert "secret-link" not in said
    assert "BREW" not in said


def test_the_rows_are_told(client: Client, desk: Desk) -> None:
    def write(work: Work) -> None:
        for n, delivery in enumerate((Delivery.OWED, Delivery.SENT)):
            work.session.add(
                Notification(
                    key=f"k{n}", notice=Notice.DIGEST, sentence="x", owed_at=work.now, not_before=work.now,
                    next_try_at=work.now, delivery=delivery, sent_at=work.now if n else None,
                )
            )  # fmt: skip
        work.session.add(JobRun(name="tidy", started_at=work.now, error="AuditBroken", errors=1, rows=5))

    said = client().get("/metrics", base_url=HERE).text
    assert ("heshao_notifications_prompt_share_last_day", ()) not in samples(
        said
    )  # of nothing there is no share
    desk.do(write)
    said = client().get("/metrics", base_url=HERE).text
    assert value(said, "heshao_database_up") == 1
    assert value(said, "heshao_notifications_owed") == 1
    assert value(said, "heshao_notifications_sent_last_day") == 1
    assert value(said, "heshao_notifications_prompt_share_last_day") == 1
    assert value(said, "heshao_audit_broken") == 1
    assert value(said, "heshao_job_last_rows", job="tidy") == 5
    assert value(said, "heshao_job_last_start_timestamp_seconds", job="tidy") == desk.clock().timestamp()
    assert ("heshao_job_last_duration_seconds", (("job", "tidy"),)) not in samples(said)  # it still runs


def test_a_database_that_does_not_answer_is_a_figure_too(client: Client, desk: Desk) -> None:
    here = client()
    here.get("/healthz")
    desk.do(lambda work: work.session.execute(text("ALTER TABLE job_run RENAME TO elsewhere")))
    said = here.get("/metrics", base_url=HERE)
    desk.do(lambda work: work.session.execute(text("ALTER TABLE elsewhere RENAME TO job_run")))
    assert said.status_code == 200
    assert value(said.text, "heshao_database_up") == 0
    assert value(said.text, "heshao_requests_total", method="GET", route="/healthz", status="200") == 1


PROCESS = """
import sys
from prometheus_client import CollectorRegistry
from web.reply_times import ReplyTimes

def app(environ, start_response):
    start_response("404 NOT FOUND", [])
    return [b""]

measured = ReplyTimes(app, CollectorRegistry())
for _ in range(int(sys.argv[1])):
    measured({"REQUEST_METHOD": "GET"}, lambda *said: None)
"""


def test_what_several_web_processes_counted_is_added_up(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS, many], env=environment) for many in ("3", "4")
    ]
    assert [process.wait(30) for process in processes] == [0, 0]
    together = CollectorRegistry()
    collector: Any = MultiProcessCollector
    collector(together, str(tmp_path))
    labels = {"method": "GET", "route": "none"}
    assert together.get_sample_value("heshao_requests_total", {**labels, "status": "404"}) == 7
    assert together.get_sample_value("heshao_reply_seconds_count", labels) == 7
