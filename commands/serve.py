"""`flask serve`: the product in the foreground – web, workers and clock – in one process group."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

import click
from flask.cli import with_appcontext

from commands.database import outdated
from commands.installation import command, installation

PATIENCE_SECONDS = 10
"""How long the parts are given to end by themselves."""


@click.command()
@with_appcontext
@command
def serve() -> None:
    """启动河哨：网站、消息投递和定时任务，前台运行，Ctrl-C 全部停止。"""
    heshao = installation()
    server = heshao.config.server
    refuse_if_unready()
    Supervisor(
        {
            "web": [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "app:web",
                "--host", server.host, "--port", str(server.port), "--workers", str(server.processes),
                "--blocking-threads", str(server.threads), "--no-ws", "--backpressure", "256",
                "--workers-kill-timeout", "2", "--log-level", "warning",
            ],
            "work": [sys.executable, "-m", "flask", "work"],
        }
    ).run(f"河哨已启动：{server.public_url}（本机 {server.host}:{server.port}）")  # fmt: skip


def refuse_if_unready() -> None:
    """An outdated schema and a port in use are named before anything starts."""
    heshao = installation()
    if outdated(heshao.desk.engine, heshao.engine_url):
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
    if outdated(heshao.desk.engine, heshao.engine_url):
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
                    time.sleep(min(failures, 10) * 0.2)
                    self._start(name)
        self._stop()

    def _start(self, name: str) -> None:
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            self._parts[name], env={**os.environ, "FLASK_APP": "app"}, preexec_fn=_die_with_parent
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


def _die_with_parent() -> None:
    """On Linux: a supervisor killed with -9 leaves no orphan that holds the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
