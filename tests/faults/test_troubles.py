"""What is done to a house: as its name says, and remembered also where it did not go to its end."""

import inspect
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from bot.wechat import WeChat
from faults.house import House, Interruption
from faults.times import Times
from faults.troubles import MESSAGES, NEED_SERVERS, NEED_TIME, TROUBLES, Trouble, possible
from simulator.client import Platform
from simulator.clock import Clock
from simulator.server import Simulator


class Broken:
    """A platform that remembers how it was broken and mended."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, dict[str, Any]]] = []
        self.mended: list[int] = []

    def breaks(self, name: str, **settings: Any) -> int:
        self.faults.append((name, settings))
        return len(self.faults)

    def mends(self, fault: int) -> None:
        self.mended.append(fault)


@pytest.fixture
def platform() -> Broken:
    return Broken()


@pytest.fixture
def house(tmp_path: Path, platform: Broken) -> House:
    """One in which nobody lives."""
    nobody = cast(Simulator, None)
    times = Times(Clock(), tmp_path / "clock")
    return House(tmp_path, nobody, cast(Platform, platform), times, {}, "", tmp_path / "product.log")


def trouble(house: House, *, long: bool) -> Trouble:
    return Trouble(house, Random(1), lasts=0, long=long)


def test_an_interruption_that_fails_is_remembered(house: House) -> None:
    def fails() -> None:
        with house.interrupted("disk full"):
            raise OSError("no such disk")

    with pytest.raises(OSError, match="no such disk"):
        fails()
    (remembered,) = house.interruptions
    assert remembered == Interruption("disk full", remembered.begun, remembered.ended)
    assert remembered.begun <= remembered.ended


def test_in_a_long_rehearsal_media_are_also_slower_than_the_product_waits_for(
    house: House, platform: Broken
) -> None:
    waits = inspect.signature(WeChat).parameters["timeout"].default[1]
    long, short = trouble(house, long=True), trouble(house, long=False)
    for each in (long, long, short):
        each.strike("media slow")
    assert [settings["seconds"] > waits for _, settings in platform.faults] == [True, False, False]


def test_of_every_third_message_the_answer_is_lost(house: House, platform: Broken) -> None:
    trouble(house, long=True).strike("yes lost")
    assert platform.faults == [("call_answer_lost", {"path": MESSAGES, "every": 3})]
    assert platform.mended == [1]


def test_a_short_rehearsal_does_without_what_needs_time(house: House) -> None:
    everything = set(TROUBLES) - NEED_SERVERS - {"disk full"}
    assert set(possible(trouble(house, long=True))) == everything
    assert set(possible(trouble(house, long=False))) == everything - NEED_TIME
