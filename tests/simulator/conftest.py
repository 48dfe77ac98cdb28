"""A running stand-in with a webhook of our own."""

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from simulator.client import Platform
from simulator.server import Quiet, Simulator, start
from tests.simulator.doubles import PACE, Door, Product, Webhook


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """One server for all tests; each puts its own webhook behind it."""
    behind = Door()
    server = make_server("127.0.0.1", 0, behind, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    behind.url = f"http://127.0.0.1:{server.server_port}/wechat"
    yield behind
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def webhook(door: Door) -> Webhook:
    door.webhook = Webhook(door.url)
    return door.webhook


@pytest.fixture
def sim(webhook: Webhook) -> Iterator[Simulator]:
    running = start(webhook=webhook.url, mode="plain", attempt_seconds=PACE, seed=7)
    running.world.clock.stand_still()
    yield running
    running.stop()


@pytest.fixture
def platform(sim: Simulator) -> Platform:
    return Platform(sim.url)


@pytest.fixture
def product(sim: Simulator) -> Product:
    caller = Product(sim.url, sim.world.account)
    caller.token = caller.stable_token()["access_token"]
    return caller
