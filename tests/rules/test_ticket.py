"""The ticket: read aloud, typed by anybody, and no slip goes unnoticed."""

import re
from collections.abc import Callable
from random import Random, SystemRandom

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import ticket

tickets = st.integers(0, 2**32).map(lambda seed: ticket.new(Random(seed)))


@given(tickets)
def test_its_form(text: str) -> None:
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{2}", text)
    assert re.findall(r"[A-Z0-9-]{8,32}", f"受理编号 {text}，请保存。") == [text]


@given(tickets)
def test_it_is_understood_as_shown_and_is_its_own_normal_form(text: str) -> None:
    assert ticket.normalised(text) == text
    assert ticket.is_ticket_like(text)


@given(tickets, st.integers(0, 13), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(text: str, place: int, off: int) -> None:
    digits = list(text.replace("-", ""))
    digits[place] = str((int(digits[place]) + off) % 10)
    assert ticket.normalised("".join(digits)) is None
    assert ticket.is_ticket_like("".join(digits))


@given(tickets, st.integers(0, 12))
def test_every_exchange_of_neighbours_is_noticed(text: str, place: int) -> None:
    digits = list(text.replace("-", ""))
    if digits[place] != digits[place + 1]:
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
        assert ticket.normalised("".join(digits)) is None


def spoken(text: str) -> str:
    return text.translate(str.maketrans("0123456789-", "零幺二三四五六七八九 "))


def full_width(text: str) -> str:
    return text.translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))


@pytest.mark.parametrize(
    "typed",
    [
        spoken,
        full_width,
        lambda t: t.replace("-", ""),
        lambda t: t.replace("-", " "),
        lambda t: t.replace("-", "——"),
        lambda t: t.replace("-", "－"),
        lambda t: t.replace("-", "–"),
        lambda t: t.replace("-", "杠"),
        lambda t: f"  {t}。 ",
        lambda t: f"编号：{t}",
        lambda t: f"受理编号是{t}",
        lambda t: " ".join(t.replace("-", "")),
        lambda t: spoken(t).replace("零", "〇").replace("幺", "一").replace(" ", ""),
        lambda t: t.replace("0", "O"),
    ],
)
@given(tickets)
def test_however_it_is_typed_or_spoken(typed: Callable[[str], str], text: str) -> None:
    assert ticket.normalised(typed(text)) == text


@pytest.mark.parametrize(
    "text", ["", "3", "2026-0012", "13800000000", "天穆村", "3725-8841-0936-2", "3725-8841-0936-277", "１２"]
)
def test_what_is_no_ticket(text: str) -> None:
    assert ticket.normalised(text) is None
    assert not ticket.is_ticket_like(text)


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    shown = ticket.normalised(text)
    assert shown is None or ticket.normalised(shown) == shown


def test_a_hundred_thousand_are_all_different() -> None:
    random = SystemRandom()
    assert len({ticket.new(random) for _ in range(100_000)}) == 100_000


def test_all_digits_are_used_in_every_place() -> None:
    seen: list[set[str]] = [set() for _ in range(14)]
    for seed in range(2000):
        for place, digit in enumerate(ticket.new(Random(seed)).replace("-", "")):
            seen[place].add(digit)
    assert all(len(digits) == 10 for digits in seen)
