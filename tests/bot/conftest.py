"""What the tests of bot/ share: a clock, the stand-in, and a client that talks to it."""

from collections.abc import Callable, Iterator

import pytest

from bot.access_token import MemoryTokens, TokenStore
from bot.wechat import WeChat
from tests.bot.stand_in import StandIn, serve
from tests.conftest import Clock


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    there = StandIn()
    server = serve(there)
    yield there
    there.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def client_of(stand_in: StandIn, clock: Clock) -> Callable[..., WeChat]:
    def make(tokens: TokenStore | None = None, timeout: tuple[float, float] = (1, 5)) -> WeChat:
        return WeChat(
            "wxapp",
            "APPSECRET",
            tokens=tokens or MemoryTokens(clock),
            clock=clock,
            api_base=stand_in.url,
            open_base="https://open.example",
            miniprogram_app_id="wxmini",
            timeout=timeout,
        )

    return make


@pytest.fixture
def wechat(client_of: Callable[..., WeChat]) -> WeChat:
    return client_of()
