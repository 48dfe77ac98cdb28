"""Start and stop the stand-in: one threaded WSGI server that plays the platform and shows the page."""

import contextlib
import secrets
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator import api, articles, authorize, cast, control, page
from simulator.crypto import key_bytes
from simulator.push import Pace, Pusher
from simulator.state import Account, Json, World

APPID = "wx5e0a11b2c3d4f506"
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "heshao"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
LARGEST_REQUEST = 128 * 1024 * 1024


class Quiet(WSGIRequestHandler):
    """No line on the terminal for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """A reset on purpose: close, do not wait for another request."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        return


class ReadableJson(DefaultJSONProvider):
    """Chinese as it is, keys in their order."""

    ensure_ascii = False
    sort_keys = False


@dataclass
class Simulator:
    """A running stand-in."""

    url: str
    world: World
    pusher: Pusher
    server: BaseWSGIServer
    thread: threading.Thread

    def stop(self) -> None:
        """End it; waits for pushes under way."""
        self.pusher.stop()
        closing = threading.Thread(target=self.server.shutdown)
        closing.start()
        with contextlib.suppress(OSError):  # a last visitor, so that the server looks up at once
            socket.create_connection((self.server.host, self.server.port), 1).close()
        closing.join()
        self.thread.join(10)
        self.server.server_close()


def build(world: World, pusher: Pusher) -> Flask:
    """The web application: platform, control API and page."""
    app = Flask("simulator", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.json = ReadableJson(app)
    for part in (api, authorize, control):
        part.attach(app, world, pusher)
    articles.attach(app, world)
    page.attach(app)
    return app


def start(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    webhook: str = "",
    appid: str = APPID,
    secret: str = SECRET,
    token: str = TOKEN,
    aes_key: str = AES_KEY,
    mode: str = "safe",
    people: str | Path | Json | list[Json] | None = None,
    messages_per_conversation: int = 5,
    any_template: bool = False,
    attempt_seconds: float = 5.0,
    attempts: int = 3,
    again_after_error: bool = True,
    real_timestamps: bool = False,
    seed: int | None = None,
) -> Simulator:
    """Start on a free port (or `port`) in a thread of its own; `stop()` ends it."""
    key_bytes(aes_key)
    account = Account(
        appid, secret, token, aes_key, mode, webhook, messages_per_conversation=messages_per_conversation,
        any_template=any_template, real_timestamps=real_timestamps,
    )  # fmt: skip
    world = World(account, secrets.randbits(32) if seed is None else seed)
    pusher = Pusher(world, Pace(attempt_seconds, attempts, again_after_error))
    with world.lock:
        cast.load(world, people)
    server = make_server(host, port, build(world, pusher), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    return Simulator(f"http://{host}:{server.server_port}", world, pusher, server, thread)
