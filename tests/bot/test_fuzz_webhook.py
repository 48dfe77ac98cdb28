"""A short run of `make fuzz` on each engine: a thousand strange requests, not one 5xx, nothing that raises."""

import logging

import pytest

from services.desk import Desk
from tests.bot import fuzz_webhook
from tests.conftest import Clock
from tests.district import lay_out


def test_a_thousand_strange_requests(desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    clock.set(fuzz_webhook.NOW)
    lay_out(desk)
    seed = 20261124 if desk.engine.dialect.name == "sqlite" else 20261125
    result = fuzz_webhook.run(fuzz_webhook.application(desk), seed, 1000)
    assert result.faults == []
    assert "could not be answered" not in caplog.text
    answered = {kind for kind, status in result.by_status if status == 200}
    assert answered >= {"safe", "plain", "misaddressed", "headers"}  # it does not only knock
