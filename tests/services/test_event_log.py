"""One line an event: what a process says on standard error, also when it dies."""

import logging
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.event_log import LONGEST, EventFormatter, quoted


def said(message: object, *args: object, **extra: object) -> str:
    record = logging.LogRecord("heshao.deliver", logging.WARNING, "", 1, message, args, None)
    record.created = datetime(2026, 11, 23, 1, 0, 0, 123_000, tzinfo=UTC).timestamp()
    for name, value in extra.items():
        setattr(record, name, value)
    return EventFormatter().format(record)


def test_an_event_is_one_line_of_names_and_values() -> None:
    assert said("notification %s: later", 17, event="notification.later", code=45011) == (
        'at=2026-11-23T09:00:00.123+08:00 level=warning event=notification.later message="notification 17: later"'
        " code=45011"
    )


def test_an_event_without_a_name_is_called_by_its_logger() -> None:
    assert " event=deliver message=x" in said("x")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("河边", "河边"),
        ("", '""'),
        ('say "no"', r'"say \"no\""'),
        ("a\nb\tc", r'"a\nb\tc"'),
        ("\u202eevil\u2028\x1b[31m", r'"\u{202e}evil\u{2028}\u{1b}[31m"'),
        ("a=b", '"a=b"'),
    ],
)
def test_a_value_is_quoted_where_it_must_be(text: str, written: str) -> None:
    assert quoted(text) == written


@given(st.text())
def test_nothing_breaks_the_line(text: str) -> None:
    line = said("%s", text, where=text)
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_a_value_without_end_is_cut() -> None:
    assert len(said("x", body="山" * 10**6)) < LONGEST + 200


def test_an_object_that_cannot_be_written_is_no_reason_to_fail() -> None:
    class Rude:
        def __str__(self) -> str:
            raise OSError

    assert "<Rude that raises OSError>" in said("x", what=Rude())


DYING = """
import logging, sys, threading, warnings
from services.event_log import log_events
log_events(sys.stderr, "info", ["the-app-secret"])
log_events(sys.stderr, "info", [])  # once is enough
warnings.warn("old fashion")
logging.getLogger("heshao.x").info("%d", "no number, the-app-secret")
thread = threading.Thread(target=lambda: {}["in a thread 13812345678"])
thread.start(); thread.join()
raise ValueError("oDemoResidentLi0000000000001 the-app-secret")
"""


def test_whatever_a_process_says_is_discreet_lines_also_when_it_dies() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DYING], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.split(" message=")[0].split(" event=")[1] for line in lines] == [
        "py.warnings", "x", "crash", "crash",
    ]  # fmt: skip
    for private in ("the-app-secret", "13812345678", "oDemoResidentLi0000000000001"):
        assert private not in done.stderr
