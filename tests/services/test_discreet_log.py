"""Logs name nobody and give no key away, wherever it was put."""

import logging
import string
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.discreet_log import Discretion
from services.event_log import EventFormatter

OPENID = "oDemoResidentLi0000000000001"
SECRET = "0123456789abcdef0123456789abcdef"
ALPHABET = string.ascii_letters + string.digits + "_-"

openids = st.text(ALPHABET, min_size=27, max_size=27).map("o{}".format)
telephones = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
access_tokens = st.text(ALPHABET, min_size=110, max_size=512)
app_secrets = st.text("0123456789abcdef", min_size=32, max_size=32)
around = st.text(st.characters(exclude_categories=["Nd"]), max_size=20)
"""Anything but digits: those would make it another number."""
private = openids | telephones | access_tokens


def record(message: Any, *args: Any, **extra: Any) -> logging.LogRecord:
    error = extra.pop("error", None)
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("heshao.x", logging.ERROR, "", 1, message, args, exc_info)
    for name, value in extra.items():
        setattr(made, name, value)
    return made


@given(private, around, around)
def test_whatever_names_somebody_or_opens_a_door_never_comes_out(what: str, before: str, after: str) -> None:
    hidden = f"{before}{what}{after}"
    cause = KeyError(hidden)
    error = ValueError(hidden)
    error.__cause__ = cause
    for made in (
        record(hidden.replace("%", "")),
        record("about %s", hidden),
        record("about %r and %d", hidden, "no number"),  # a wrong call of the logger
        record(ValueError(hidden)),
        record("failed", error=error),
        record("extra", where=hidden, who={"a": [hidden]}),
        record("extra", **{f"k{what}": 1}),
    ):
        line = EventFormatter().format(made)
        assert what not in line
        assert len(line.splitlines()) == 1


@given(app_secrets, around, around)
def test_the_installations_own_secrets_never_come_out(secret: str, before: str, after: str) -> None:
    line = EventFormatter([secret]).format(
        record("x %s", f"{before}{secret}{after}", error=OSError(secret), y=secret)
    )
    assert secret not in line


@given(st.text(ALPHABET, min_size=4, max_size=60), st.sampled_from(["access_token", "secret", "appsecret"]))
def test_what_is_written_as_a_key_is_hidden_by_its_name(value: str, name: str) -> None:
    value = f"{value}Q7"
    for said in (f"GET /x?{name}={value}&a=b", f"{{'{name}': '{value}'}}", f'{{"{name}": "{value}"}}'):
        assert value not in EventFormatter().format(record("sent %s", said))
    assert value not in EventFormatter().format(record("x", **{name: value}))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"GET /c/WzEsMCwidCIsImFi.abc-_Q/5/large.jpg {OPENID}", "GET /c/<link>/5/large.jpg <openid>"),
        ("postgresql://heshao:s3cret@db/heshao", "postgresql://heshao:<password>@db/heshao"),
        (f"key report_{OPENID}_3", "key rep<openid>"),
        (f"the secret was {SECRET}", "the secret was <secret>"),
        ("call 022-26391234 or +86 138 1234 5678", "call <telephone> or <telephone>"),
    ],
)
def test_what_is_taken_out_is_named(said: str, shown: str) -> None:
    assert Discretion()(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "case 2026-0001 ticket 3725-8841-0936-27",
        "photo 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "notification 17: 45015 本人 48 小时内没有与公众号互动",
        "refused: the token is not ours",
    ],
)
def test_ordinary_words_stay(said: str) -> None:
    assert Discretion(["abc"])(said) == said


def test_a_traceback_says_where_and_why_in_one_line() -> None:
    try:
        try:
            raise KeyError("the inner one")
        except KeyError as error:
            raise ValueError(f"Key (openid)=({OPENID})\nalready exists; 13812345678") from error
    except ValueError:
        made = logging.LogRecord("heshao.desk", logging.ERROR, "", 1, "failed", (), sys.exc_info())
    line = EventFormatter().format(made)
    assert line.count("\n") == 0
    assert "event=desk" in line
    assert "ValueError: Key (openid" in line
    assert "KeyError: 'the inner one'" in line
    assert "tests/services/test_discreet_log.py" in line
    assert OPENID not in line
