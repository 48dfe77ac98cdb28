"""`flask serve`: the product in the foreground – web, workers and clock – in one process group."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import click
from flask.cli import with_appcontext

from commands.installation import command, installation
from config import Server
from services.schema import outdated

PATIENCE_SECONDS = 10
"""How long the parts are given to end by themselves."""
HEADERS_WITHIN = 5
"""Seconds in which a client must have sent its headers, and after which an idle connection is closed. Only with
`--http 1`: while granian looks which HTTP it is (auto), a client that says nothing stays for ever."""
MOST_CONNECTIONS = 1024
"""Open at once in one process; granian takes no further one before one of them is closed."""


@click.command()
@click.option("--web-only", is_flag=True, help="只运行网站；消息投递和定时任务由别的机器上的 flask work 做。")
@with_appcontext
@command
def serve(web_only: bool) -> None:
    """启动河哨：网站、消息投递和定时任务，前台运行，Ctrl-C 全部停止。"""
    heshao = installation()
    server = heshao.config.server
    refuse_if_unready()
    count_together(Path(heshao.config.metrics.folder) / str(server.port))
    parts = processes(server)
    if web_only:
        del parts["work"]
    Supervisor(parts).run(f"河哨已启动：{server.public_url}（本机 {server.host}:{server.port}）")


def count_together(folder: Path) -> None:
    """The web processes keep their counts of requests here, so that /metrics of any of them tells all."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(
        folder.resolve()
    )  # prometheus_client knows it by no other way


def processes(server: Server, module: str = "app") -> dict[str, list[str]]:
    """The commands of the web and of the workers; `module` is the composition root they load."""
    return {
        "web": [
            sys.executable, "-m", "granian", "--interface", "rsgi", "--factory", f"{module}:door",
            "--host", server.host, "--port", str(server.port), "--workers", str(server.processes),
            "--runtime-mode", "st", "--no-ws",
            "--http", "1", "--http1-header-read-timeout", str(HEADERS_WITHIN * 1000),
            "--backpressure", str(MOST_CONNECTIONS), "--workers-kill-timeout", "2",
            "--log-level", "error",
        ],
        "work": [sys.executable, "-m", "flask", "--app", module, "work"],
    }  # fmt: skip


def refuse_if_unready() -> None:
    """An outdated schema and a port in use are named before anything starts."""
    heshao = installation()
    if outdated(heshao.desk.engine):
        raise click.ClickException("数据库不是当前版本，没有启动。请先运行：.venv/bin/flask db upgrade")
    server = heshao.config.server
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as error:
            raise click.ClickException(
                f"端口 {server.host}:{server.port} 已被占用或不能使用（{error.strerror}）。"
                "可在 [server] port 或环境变量 HESHAO__SERVER__PORT 换一个。"
            ) from error


@click.command()
@with_appcontext
@command
def work() -> None:
    """只运行消息投递、照片下载和定时任务（flask serve 会自动带上它）。"""
    heshao = installation()
    heshao.log_to_stderr()
    if outdated(heshao.desk.engine):
        raise click.ClickException("数据库不是当前版本，没有启动。请先运行：.venv/bin/flask db upgrade")
    _ = heshao.desk.links.signer  # the key is made before anybody needs it inside a transaction
    heshao.leader.renew()
    clock = heshao.clock()
    clock.start()
    for name in ("deliver", "photos"):  # whatever is due at start is tried at once
        heshao.wake(name)
    try:
        heshao.workers.run(heshao.config.queue.workers)
    finally:
        clock.shutdown(wait=False)
        heshao.leader.resign()


class Supervisor:
    """Keeps the parts running: one that dies is started again; when this ends, they end."""

    def __init__(self, parts: dict[str, list[str]]) -> None:
        self._parts = parts
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ending = False

    def run(self, greeting: str) -> None:
        """Start everything, and stay until told to end (SIGINT, SIGTERM)."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        for name in self._parts:
            self._start(name)
        click.echo(greeting)
        failures = 0
        while not self._ending:
            time.sleep(0.3)
            for name, process in list(self._running.items()):
                if process.poll() is not None and not self._ending:
                    failures += 1
                    click.echo(f"{name} 意外停止（{process.returncode}），重新启动。", err=True)
                    _bury(process)
                    time.sleep(min(failures, 10) * 0.2)
                    self._start(name)
        self._stop()

    def _start(self, name: str) -> None:
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            self._parts[name],
            env={**os.environ, "FLASK_APP": "app"},
            preexec_fn=_die_with_parent,
            process_group=0,
        )

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True

    def _stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
            _bury(process)


def _bury(process: "subprocess.Popen[bytes]") -> None:
    """End what a dead part has left behind: the web server's own workers outlive it and hold the port."""
    with contextlib.suppress(
        ProcessLookupError, PermissionError
    ):  # nobody is left; macOS: only dead ones are
        os.killpg(process.pid, signal.SIGKILL)


def _die_with_parent() -> None:
    """On Linux: a supervisor killed with -9 leaves no orphan that holds the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
