"""django-helpdesk as bench/peer measures it: a fresh installation, and people who fill in its public form."""

import http.client
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from bench.environments import FOLDER, PEER, ROOT, python_of
from bench.servers import Served, running
from config import load
from story.stage import DISTRICT

CONNECTIONS = 4
TOKEN = "a" * 32
BORDER = "----bench"


@dataclass(frozen=True)
class Peer:
    """One round of django-helpdesk: tickets a second, milliseconds."""

    rate: float
    p50: float
    p99: float
    errors: int


@contextmanager
def helpdesk() -> Iterator[Served]:
    """django-helpdesk with a fresh database and one public queue."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        environment = {"BENCH_PEER_FOLDER": folder, "DJANGO_SETTINGS_MODULE": "bench.peer_settings"}
        queue = (
            "from helpdesk.models import Queue; "
            "Queue.objects.create(slug='river', title='River', allow_public_submission=True)"
        )
        for words in (["migrate", "--verbosity", "0"], ["shell", "--verbosity", "0", "--command", queue]):
            subprocess.run(  # noqa: S603 - our own words
                [python_of(PEER), "-m", "django", *words],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, check=True,
            )  # fmt: skip
        settings = load(DISTRICT / "config.toml", {}).server
        yield Served("django.core.wsgi:get_wsgi_application", settings, environment, environment_of=PEER)


TICKETS = """
import time
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from helpdesk.models import Queue, Ticket
queue = Queue.objects.get()
queue.escalate_days = 3
queue.save()
long_ago = timezone.now() - timedelta(days=30)
Ticket.objects.bulk_create(
    Ticket(queue=queue, title=f"河边有垃圾 {n}", status=Ticket.OPEN_STATUS, priority=3, created=long_ago,
           submitter_email=f"resident{n}@example.cn") for n in range(%d))
Ticket.objects.update(created=long_ago, last_escalation=None)
began = time.perf_counter()
call_command("escalate_tickets")
took = time.perf_counter() - began
assert Ticket.objects.filter(priority=2).count() == %d
print("seconds", took)
"""


def escalated(count: int) -> float:
    """Seconds of `escalate_tickets` on so many tickets that are due."""
    with helpdesk() as served:
        done = subprocess.run(  # noqa: S603 - our own words
            [python_of(PEER), "-m", "django", "shell", "--verbosity", "0", "--command", TICKETS % (count, count)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **served.environment}, check=True,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    return float(done.stdout.split()[-1])


def form(photo: bytes, number: int) -> bytes:
    """The public form, filled in."""
    fields = {
        "csrfmiddlewaretoken": TOKEN, "title": f"河边有垃圾 {number}", "body": f"北运河边有垃圾，第{number}次说",
        "submitter_email": f"resident{number % 2000}@example.cn",
    }  # fmt: skip
    parts = [
        f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{BORDER}\r\nContent-Disposition: form-data; name="attachment"; filename="{number}.jpg"\r\n'
    return (
        b"".join(parts)
        + head.encode()
        + b"Content-Type: image/jpeg\r\n\r\n"
        + photo
        + f"\r\n--{BORDER}--\r\n".encode()
    )


def peer_round(photo: bytes, seconds: float) -> Peer:
    """Four connections fill in the form for so many seconds."""
    with helpdesk() as served, running(served, []) as port:
        _fill_in(port, photo, 0, 0.5)  # warm
        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            found = list(pool.map(lambda n: _fill_in(port, photo, n, seconds), range(1, CONNECTIONS + 1)))
        took = time.perf_counter() - began
    times = sorted(spent for spents, _ in found for spent in spents)
    return Peer(
        len(times) / took,
        statistics.median(times),
        times[int(len(times) * 0.99)],
        sum(wrong for _, wrong in found),
    )


def _fill_in(port: int, photo: bytes, who: int, seconds: float) -> tuple[list[float], int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": f"csrftoken={TOKEN}", "Content-Type": f"multipart/form-data; boundary={BORDER}"}
    times, wrong, number = [], 0, who * 10**6
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        number += 1
        body = form(photo, number)
        began = time.perf_counter()
        connection.request("POST", "/tickets/submit/", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 302 and "ticket=river-" in answer.headers["Location"]:
            times.append((time.perf_counter() - began) * 1000)
        else:
            wrong += 1
    connection.close()
    return times, wrong
