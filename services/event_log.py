"""One line an event: `at=… level=… event=… message="…"`, then the event's own fields, then the error's.

An event is named by `extra={"event": "job.done", "job": …}`; where it is not, by its logger. docs/operations.md
lists them.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from rules.workdays import CHINA
from services.discreet_log import HIDDEN_NAMES, Discretion

ROOT = Path(__file__).parent.parent
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "event"}
LONGEST = 4000
"""Characters of one value; what a stranger sends must not fill the disk."""
FRAMES = 12
"""The innermost calls of a traceback that are told."""
QUIET = ("apscheduler", "huey", "alembic")

log = logging.getLogger("heshao")


class EventFormatter(logging.Formatter):
    """A record as one discreet line of `name=value`."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._discreet = Discretion(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The line; nothing in it can break it in two."""
        fields = [f"{_name(name)}={self._value(name, value)}" for name, value in _fields(record)]
        return self._discreet(" ".join(fields))

    def _value(self, name: str, value: Any) -> str:
        if name.lower() in HIDDEN_NAMES:
            return "<hidden>"
        text = self._discreet(_text(value))
        return quoted(text if len(text) <= LONGEST else text[:LONGEST] + "…")


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    at = datetime.fromtimestamp(record.created, CHINA)
    yield "at", at.isoformat(timespec="milliseconds")
    yield "level", record.levelname.lower()
    yield "event", getattr(record, "event", None) or record.name.removeprefix("heshao.")
    yield "message", _message(record)
    yield from (
        (name, value) for name, value in vars(record).items() if name not in STANDARD and value is not None
    )
    if record.exc_info and record.exc_info[1] is not None:
        yield from _error(record.exc_info[1])
    if record.stack_info:
        yield "stack", record.stack_info


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - logging itself would print a wrong call raw
        return f"{record.msg!r} {record.args!r} ({type(error).__name__})"


def _error(error: BaseException) -> Iterator[tuple[str, str]]:
    """What went wrong, where, and because of what."""
    whole = traceback.TracebackException.from_exception(error)
    yield "error", _said(whole)
    yield "trace", _where(whole.stack)
    cause = whole.__cause__ or (None if whole.__suppress_context__ else whole.__context__)
    causes: list[str] = []
    while cause is not None and len(causes) < FRAMES:
        causes.append(f"{_said(cause)} [{_where(cause.stack)}]")
        cause = cause.__cause__ or cause.__context__
    if causes:
        yield "because", "; ".join(causes)


def _said(error: traceback.TracebackException) -> str:
    return "".join(error.format_exception_only()).strip()


def _where(frames: traceback.StackSummary) -> str:
    return " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-FRAMES:])


def _short(file: str) -> str:
    if "site-packages/" in file:
        return file.rpartition("site-packages/")[2]
    return file.removeprefix(f"{ROOT}/")


def _text(value: Any) -> str:
    try:
        return value.isoformat() if isinstance(value, datetime) else str(value)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's object does
        return f"<{type(value).__name__} that raises {type(error).__name__}>"


def _name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_." else "_" for c in name)


def quoted(text: str) -> str:
    """Bare where it is one plain word, else in quotation marks; what cannot be seen is written as an escape."""
    if text and all(c.isprintable() and c not in ' "=\\' for c in text):
        return text
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character) or f"\\u{{{ord(character):x}}}"


def log_events(stream: TextIO, level: str, secrets: Iterable[str]) -> None:
    """From now on every log line of this process goes there, one line an event; crashes and warnings too."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    if not any(isinstance(handler.formatter, EventFormatter) for handler in root.handlers):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(EventFormatter(secrets))
        root.addHandler(handler)
    logging.raiseExceptions = False  # a line that cannot be written is not printed raw instead
    logging.captureWarnings(True)
    for noisy in QUIET:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    sys.excepthook = _crashed
    threading.excepthook = lambda what: _crashed(what.exc_type, what.exc_value, what.exc_traceback)


def _crashed(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log.critical("nobody caught this", exc_info=(kind, error, where), extra={"event": "crash"})
