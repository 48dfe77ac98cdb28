"""Starting and stopping what is measured: the product and the echoes, each under the same WSGI server."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bench.environments import ECHOES, ROOT, python_of
from commands.serve import processes
from config import Server
from story.stage import free_port

PATIENCE_SECONDS = 40


@dataclass(frozen=True)
class Served:
    """One thing to be measured: a WSGI factory and what it needs from the environment."""

    factory: str
    """module:function, as the WSGI server loads it."""
    settings: Server
    environment: Mapping[str, str] = field(default_factory=dict)
    by: str = "granian"
    """or gunicorn, with its threads (gthread)."""
    environment_of: tuple[str, tuple[str, ...]] = ECHOES
    """Whose packages it runs with."""

    def on(self, number_of_processes: int) -> "Served":
        """The same with so many processes."""
        return replace(self, settings=self.settings.model_copy(update={"processes": number_of_processes}))


@contextmanager
def running(served: Served, cores: list[int], host: str = "127.0.0.1") -> Iterator[int]:
    """The server on a free port, ready to answer; `cores` empty: wherever the kernel likes."""
    port = free_port()
    settings = served.settings.model_copy(update={"host": host, "port": port})
    process = subprocess.Popen(  # noqa: S603 - our own words
        _command(served, settings),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **served.environment},
        start_new_session=True,
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
    )
    try:
        _wait_for(process, host, port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _command(served: Served, settings: Server) -> list[str]:
    """As `flask serve` starts the web door (commands/serve.py), with another application in its place."""
    python = python_of(served.environment_of)
    if served.by == "gunicorn":
        module, name = served.factory.replace("app:door", "app:web").split(":")
        return [
            python, "-m", "gunicorn", f"{module}:{name}()", "--bind", f"{settings.host}:{settings.port}",
            "--worker-class", "gthread", "--threads", str(settings.threads), "--keep-alive", "75",
            "--workers", str(settings.processes), "--log-level", "warning",
        ]  # fmt: skip
    _, *words = processes(settings)["web"]
    if served.factory != "app:door":  # the echoes are WSGI: a thread for each request
        words[words.index("rsgi")] = "wsgi"
        words[words.index("app:door")] = served.factory
        words[words.index("--runtime-mode") : words.index("--runtime-mode") + 2] = [
            "--blocking-threads", str(settings.threads)
        ]  # fmt: skip
    return [python, *words]


def _wait_for(process: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with socket.create_connection((host, port), 1) as probe:
                probe.settimeout(5)
                probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                if probe.recv(12).startswith(b"HTTP/1.1"):
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")
