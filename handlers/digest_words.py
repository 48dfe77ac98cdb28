"""What a morning digest says: a line for each case, as many as one message of the platform takes."""

import re
from typing import Any

from bot.replies import MAX_BYTES
from handlers import texts
from handlers.gathering import shortened
from rules.privacy import without_telephone
from services.delivery import Envelope

LONGEST_PLACE = 18
LONGEST_LINE = 120
"""Characters: one report's question does not push all others out."""
OWN_BEGINNING = re.compile(r"^(?:关于)?您反映的问题（编号 \S+）[，：]?")
"""Which the line says in fewer words."""


def message(envelope: Envelope) -> str:
    """The digest in at most 2,048 bytes; what does not fit is counted."""
    lines = [_line(envelope, says) for says in envelope.says["lines"]]
    count = int(envelope.says["count"])
    for fitting in range(len(lines), 0, -1):
        whole = _filled(envelope, lines[:fitting], count - fitting)
        if len(whole.encode()) <= MAX_BYTES:
            return whole
    return _filled(envelope, [], count)


def head(envelope: Envelope) -> str:
    """“今日 3 件待办”: also all that a template message has room for."""
    count, todo = int(envelope.says["count"]), int(envelope.says["todo"])
    if _is_reporters(envelope):
        return texts.DIGEST_REPORTER.format(count=count)
    if todo == count:
        return texts.DIGEST_TODO.format(todo=todo)
    words = texts.DIGEST_TODO_NEWS if todo else texts.DIGEST_NEWS
    return words.format(todo=todo, news=count - todo)


def _is_reporters(envelope: Envelope) -> bool:
    return envelope.sentence.startswith("reporter_")


def _filled(envelope: Envelope, lines: list[str], besides: int) -> str:
    own = _is_reporters(envelope)
    hint = texts.DIGEST_HINT_REPORTER if own else texts.DIGEST_HINT
    if besides:
        hint = (texts.DIGEST_MORE_REPORTER if own else texts.DIGEST_MORE).format(count=besides)
    return texts.NOTICES[envelope.sentence].format(
        head=head(envelope), lines="\n".join(lines) or "…", hint=hint
    )


def _line(envelope: Envelope, says: dict[str, Any]) -> str:
    if _is_reporters(envelope):
        return _reporters(says)
    beginning = re.search(r"【(.+?)】", texts.NOTICES[says["sentence"]])
    title = (beginning[1] if beginning else says["sentence"]).format_map(says)
    if "whistle" in says:
        until = texts.DIGEST_UNTIL.format(until=says["until"]) if "until" in says else ""
        where = shortened(says["where"], LONGEST_PLACE + len("〔2026-0001〕"))
        return texts.DIGEST_LINE_WHISTLE.format(title=title, where=where, until=until, serial=says["serial"])
    if "standing" not in says:
        return texts.DIGEST_LINE_NO_CASE.format(title=title)
    return texts.DIGEST_LINE.format(
        n=says["short"], title=title, place=shortened(says["place"], LONGEST_PLACE),
        todo=_todo(says), number=says["number"],
    )  # fmt: skip


def _todo(says: dict[str, Any]) -> str:
    dated = texts.DIGEST_DATES.get(says["sentence"])
    if dated is not None:
        if "where" in says:
            says = says | {"where": shortened(says["where"], LONGEST_PLACE)}
        return dated.format_map(says)
    if not says["asks"] or not says["deadline"]:
        return ""
    by = texts.DIGEST_LATE if says["late"] else texts.DIGEST_BY
    return by.format(deadline=says["deadline"], task=texts.DIGEST_TASKS[says["standing"]])


def _reporters(says: dict[str, Any]) -> str:
    """What they would have been told, without the address and the hotline of a message of its own."""
    sentences = texts.NOTICES[says["sentence"]].splitlines()
    told = [line for line in sentences if "{link}" not in line and "{hotline}" not in line]
    words = OWN_BEGINNING.sub("", " ".join(told).format_map(says))
    words = shortened(without_telephone(words), LONGEST_LINE)
    if "ticket" not in says:  # of no report: the ranking somebody asked for
        return texts.DIGEST_LINE_NO_CASE.format(title=words)
    return texts.DIGEST_LINE_REPORTER.format(ticket=says["ticket"], words=words)
