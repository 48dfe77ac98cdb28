"""What differs between a disturbed run and an undisturbed one, and which second sendings are to be excused."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from faults.doubled import bounds, excused
from faults.house import Interruption
from faults.ledger import Filed, Ledger, Message
from story.teller import BY_TEMPLATE

TOLD = re.compile(r"提交成功，编号 ?([0-9-]{8,})")
BUSY = "没有收到，请过一会儿再发"
OF_FAULTS = frozenset({"reporter_photo_missing", "town_proof_refused", "town_addition", "office_addition"})
"""Sentences that only a disturbed run has reason to say."""


@dataclass
class Findings:
    """`differences` is empty when all is well."""

    differences: list[str] = field(default_factory=list)
    doubled: Counter[Message] = field(default_factory=Counter)
    """Messages that came more often than owed, each extra copy excused by an interruption."""
    charged: Counter[str] = field(default_factory=Counter)
    """The same copies by what excuses them: kills, lost answers, other interruptions."""
    bounds: Counter[str] = field(default_factory=Counter)
    """How many each of these may excuse."""
    extra: Counter[str] = field(default_factory=Counter)
    """How many more of a sentence are owed in the disturbed run, for reasons of the faults or of time."""

    overtaken: int = 0
    """Messages that were let go because their cause was settled before they could leave."""

    @property
    def bound(self) -> int:
        return self.bounds.total()


def compare(
    disturbed: Ledger,
    undisturbed: Ledger,
    pushes: Sequence[dict[str, Any]],
    interruptions: Sequence[Interruption],
    waited: Callable[[int], int],
    dates: int = 1,
) -> Findings:
    """All checks. `pushes`: the stand-in's record of the disturbed run; `waited`: see Times; `dates`: how many
    dates the disturbed run has seen."""
    findings = Findings(bounds=bounds(interruptions))
    _reports(findings, disturbed.reports, undisturbed.reports)
    _owed(findings, disturbed, undisturbed)
    _owed_by_time(findings, disturbed, undisturbed, dates)
    _sent(findings, disturbed, interruptions, waited)
    _told(findings, disturbed, pushes)
    findings.overtaken = disturbed.overtaken.total()
    return findings


def _reports(
    findings: Findings, disturbed: dict[str, list[Filed]], undisturbed: dict[str, list[Filed]]
) -> None:
    for tag in sorted(undisturbed.keys() | disturbed.keys()):
        mine, theirs = disturbed.get(tag, []), undisturbed.get(tag, [])
        if not mine:
            findings.differences.append(f"report {tag} was lost")
        elif len(mine) != len(theirs):
            findings.differences.append(f"report {tag} is there {len(mine)} times instead of {len(theirs)}")
        elif not _is_like(mine[0], theirs[0]):
            findings.differences.append(f"report {tag}: {_changed(mine[0], theirs[0])}")


def _is_like(mine: Filed, theirs: Filed) -> bool:
    """The same; but nobody is asked again for what is written down as lost of a report that was withdrawn."""
    missing = set(theirs.photos) - set(mine.photos)
    if mine.withdrawn and 0 < len(missing) <= mine.lost:
        mine = replace(mine, photos=theirs.photos)
    return mine == theirs


def _changed(mine: Filed, theirs: Filed) -> str:
    return "; ".join(
        f"{f.name} {getattr(mine, f.name)!r} instead of {getattr(theirs, f.name)!r}"
        for f in fields(Filed)
        if f.compare and getattr(mine, f.name) != getattr(theirs, f.name)
    )


def _owed(findings: Findings, disturbed: Ledger, undisturbed: Ledger) -> None:
    """The same messages are owed to the same people, but for those that speak of the faults or of time."""
    by_time = disturbed.by_time | undisturbed.by_time
    for person, sentence in sorted(disturbed.sentences.keys() | undisturbed.sentences.keys()):
        mine, theirs = disturbed.sentences[person, sentence], undisturbed.sentences[person, sentence]
        if sentence in by_time:
            continue
        if mine > theirs and sentence in OF_FAULTS:
            findings.extra[sentence] += mine - theirs
        elif mine != theirs:
            findings.differences.append(_otherwise(person, sentence, mine, theirs))


def _owed_by_time(findings: Findings, disturbed: Ledger, undisturbed: Ledger, dates: int) -> None:
    """More days bring more reminders, of one matter at most one a date. None is missing but where the same person
    had another instead: of the rungs that pass while hours are jumped over only the newest is climbed."""
    by_time = disturbed.by_time | undisturbed.by_time
    people = {person for person, _ in disturbed.sentences.keys() | undisturbed.sentences.keys()}
    for person in sorted(people):
        more = {
            sentence: disturbed.sentences[person, sentence] - undisturbed.sentences[person, sentence]
            for sentence in sorted(by_time)
        }
        if sum(more.values()) < 0:
            findings.differences += [
                _otherwise(
                    person, sentence, disturbed.sentences[person, sentence], undisturbed.sentences[person, sentence]
                )
                for sentence, many in more.items() if many < 0
            ]  # fmt: skip
        findings.extra.update({sentence: many for sentence, many in more.items() if many})
    told = {BY_TEMPLATE.get(sentence, sentence) for sentence in by_time}
    for message, many in disturbed.owed.items():
        if message.sentence in told and many > max(dates, undisturbed.owed[message]):
            findings.differences.append(f"{message} is owed {many} times on {dates} dates")


def _otherwise(person: str, sentence: str, mine: int, theirs: int) -> str:
    return f"{person} is owed {sentence} {mine} times instead of {theirs}"


def _sent(
    findings: Findings,
    ledger: Ledger,
    interruptions: Sequence[Interruption],
    waited: Callable[[int], int],
) -> None:
    """Everything owed was sent, nothing else, and once: or again where it was under way at an interruption.

    What could not leave for so long that its cause was settled meanwhile is not owed any more; the row says so.
    """
    findings.differences += [f"never sent: {message} ×{many}" for message, many in ledger.unsent.items()]
    extra: Counter[Message] = Counter()
    for message in sorted(ledger.owed.keys() | ledger.received.keys(), key=str):
        owed, came = ledger.owed[message], ledger.received[message]
        most = owed + ledger.overtaken[message]  # one may have been taken before it was let go
        if came < owed:
            findings.differences.append(f"{message} came {came} times, owed {owed}")
        elif came > most == 0:
            findings.differences.append(f"nobody owed {message}, it came {came} times")
        elif came > most:
            extra[message] = came - most
    findings.doubled, findings.charged = excused(ledger, extra, interruptions, waited)
    for message, many in extra.items():
        if (left := many - findings.doubled[message]) > 0:
            owed, came = ledger.owed[message], ledger.received[message]
            findings.differences.append(
                f"{message} came {came} times, owed {owed}, {left} without an interruption"
            )


def _told(findings: Findings, ledger: Ledger, pushes: Sequence[dict[str, Any]]) -> None:
    """Nobody was told that something is stored which is not: a ticket has its report, a reply its message."""
    stored = ledger.replies.copy()
    for push in pushes:
        reply = (push["reply"] or {}).get("text", "")
        if not reply or BUSY in reply:
            continue
        for ticket in TOLD.findall(reply):
            if ledger.tickets.get(ticket) != push["openid"]:
                findings.differences.append(f"{push['openid']} was told of {ticket}, which is not there")
        if stored[reply] == 0:
            findings.differences.append(f"a reply was given that is not stored: {reply[:60]!r}")
        stored[reply] -= 1
