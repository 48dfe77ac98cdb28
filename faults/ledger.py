"""What is written down at the end: everybody's reports and messages, read from the rows by plain SQL."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text

from simulator.client import Platform
from story.teller import BY_TEMPLATE, sentence_of

TAG = re.compile(r"记号(\d{4}[A-Z])")
NUMBER = re.compile(r"〔(\d{4}-\d+)〕|编号 ?([0-9A-Z-]{7,})")
BY_TIME = frozenset({"reminder", "order", "digest"})
"""Notices that are owed because days have passed, which in a disturbed run they do."""


@dataclass(frozen=True)
class Filed:
    """One report as it stands in the rows, without ids and times."""

    person: str
    kind: str
    words: str
    longitude: float
    latitude: float
    place: str
    photos: tuple[str, ...]
    """SHA-256 of every photograph stored with it or added to it."""
    withdrawn: bool
    with_: tuple[str, ...]
    """Tags of the reports of the same case."""
    town: str
    state: str
    proof: tuple[str, ...]
    """SHA-256 of the last round's photographs."""
    ratings: tuple[str, ...]
    lost: int = field(default=0, compare=False)
    """Photographs that never came, and are written down as such."""


@dataclass(frozen=True)
class Message:
    """A message as a person knows it: to whom, what it is, and which case or ticket it names."""

    person: str
    sentence: str
    number: str


@dataclass
class Ledger:
    """All of it."""

    reports: dict[str, list[Filed]] = field(default_factory=dict)
    """By tag: more than one is one too many."""
    tickets: dict[str, str] = field(default_factory=dict)
    """Ticket → openid of whose it is."""
    replies: Counter[str] = field(default_factory=Counter)
    """Every reply stored with its message."""
    owed: Counter[Message] = field(default_factory=Counter)
    unsent: Counter[Message] = field(default_factory=Counter)
    """Owed, but not sent, with how they stand."""
    overtaken: Counter[Message] = field(default_factory=Counter)
    """Not sent, because the cause was settled before it could leave."""
    sentences: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(person, sentence) of everything owed: comparable between runs, whose numbers differ."""
    by_time: set[str] = field(default_factory=set)
    """Sentences that days alone bring about: reminders, orders and their like."""
    received: Counter[Message] = field(default_factory=Counter)
    first_at: dict[Message, list[int]] = field(default_factory=dict)
    """When each copy reached the telephone, world time."""


REPORTS = """
    SELECT r.id, r.ticket, r.kind, r.words, r.longitude, r.latitude, r.place, r.withdrawn_at, r.case_id,
           f.openid, c.state, c.proof_round, t.name
    FROM report r LEFT JOIN follower f ON f.id = r.reporter_id
    JOIN "case" c ON c.id = r.case_id LEFT JOIN town t ON t.id = c.town_id ORDER BY r.id
"""
PHOTOS = """
    SELECT e.report_id, a.report_id AS added_to, e.case_id, e.proof_round, e.digest FROM evidence e
    LEFT JOIN addition a ON a.id = e.addition_id WHERE e.digest IS NOT NULL OR e.arrival IN ('gone', 'refused')
"""
RATINGS = "SELECT report_id, rating FROM satisfaction WHERE rating IS NOT NULL ORDER BY id"
OWED = """
    SELECT n.notice, n.sentence, n.says, n.delivery, coalesce(f.openid, g.openid) AS openid FROM notification n
    LEFT JOIN follower f ON f.id = n.follower_id LEFT JOIN follower g ON g.person_id = n.person_id
"""
REPLIES = "SELECT reply FROM inbound"
PENDING = """
    SELECT (SELECT count(*) FROM notification WHERE delivery = 'owed')
         + (SELECT count(*) FROM evidence WHERE arrival = 'waiting')
"""
WAITING = """
    SELECT next_try_at, leased_until FROM notification WHERE delivery = 'owed'
    UNION ALL
    SELECT next_try_at, leased_until FROM evidence WHERE arrival = 'waiting'
"""


def read(engine: Engine, platform: Platform) -> Ledger:
    """The ledger of one run, from the rows and from the telephones."""
    ledger = Ledger()
    names = {person["openid"]: person["key"] for person in platform.state()["people"]}
    with engine.connect() as connection:

        def rows(sql: str) -> Iterator[dict[str, Any]]:
            yield from connection.execute(text(sql)).mappings()  # type: ignore[misc]

        _read_reports(ledger, names, list(rows(REPORTS)), list(rows(PHOTOS)), list(rows(RATINGS)))
        ledger.replies.update(row["reply"] for row in rows(REPLIES))
        for row in rows(OWED):
            _read_owed(ledger, names, row)
    for openid, key in names.items():
        if openid is not None:
            _read_telephone(ledger, platform, key)
    return ledger


def _read_reports(
    ledger: Ledger, names: dict[str, str], reports: list[Any], photos: list[Any], ratings: list[Any]
) -> None:
    for row in reports:
        mine = [p["digest"] for p in photos if row["id"] in (p["report_id"], p["added_to"])]
        proof = {
            p["digest"] for p in photos
            if p["digest"] and p["case_id"] == row["case_id"] and p["proof_round"] == row["proof_round"]
        }  # fmt: skip
        ledger.tickets[row["ticket"]] = row["openid"]
        ledger.reports.setdefault(tag_of(row["words"]), []).append(
            Filed(
                person=names.get(row["openid"], ""),
                kind=row["kind"],
                words=row["words"],
                longitude=round(row["longitude"] or 0, 5),
                latitude=round(row["latitude"] or 0, 5),
                place=row["place"],
                photos=tuple(sorted({digest for digest in mine if digest})),
                withdrawn=row["withdrawn_at"] is not None,
                with_=tuple(sorted(tag_of(r["words"]) for r in reports if r["case_id"] == row["case_id"])),
                town=row["name"] or "",
                state=row["state"],
                proof=tuple(sorted(proof)),
                ratings=tuple(r["rating"] for r in ratings if r["report_id"] == row["id"]),
                lost=mine.count(None),
            )
        )


def tag_of(words: str) -> str:
    """The mark in the words by which a report is known in both runs."""
    found = TAG.search(words)
    return found[1] if found else f"?{words}"


def _read_owed(ledger: Ledger, names: dict[str, str], row: dict[str, Any]) -> None:
    says = json.loads(row["says"]) if isinstance(row["says"], str) else row["says"]
    person = names.get(row["openid"], "")
    sentence = BY_TEMPLATE.get(row["sentence"], row["sentence"])
    message = Message(person, sentence, str(says.get("ticket") or says.get("number") or ""))
    ledger.sentences[person, row["sentence"]] += 1
    if row["notice"] in BY_TIME:
        ledger.by_time.add(row["sentence"])
    if row["delivery"] == "pointless":
        ledger.overtaken[message] += 1
        return
    ledger.owed[message] += 1
    if row["delivery"] != "sent":
        ledger.unsent[Message(person, f"{sentence} ({row['delivery']})", message.number)] += 1


def _read_telephone(ledger: Ledger, platform: Platform, key: str) -> None:
    for line in platform.ask("GET", f"people/{key}/inbox"):
        if line["kind"] not in ("customer_service", "template"):
            continue
        found = NUMBER.search(line["text"])
        number = (found[1] or found[2]) if found else ""
        if line["kind"] == "template":
            number = next((f["value"] for f in line["fields"] if f["label"] == "案件号"), number)
        sentence = sentence_of(line)
        message = Message(key, BY_TEMPLATE.get(sentence, sentence), number)
        ledger.received[message] += 1
        ledger.first_at.setdefault(message, []).append(int(line["at"]))


def pending(engine: Engine) -> int:
    """How many messages and photographs are not settled yet."""
    with engine.connect() as connection:
        return int(connection.execute(text(PENDING)).scalar_one())


def next_due(engine: Engine, now: int, dead_until: int) -> int | None:
    """When the next of them may be tried (world time), or None while a living worker has one in hand.

    `dead_until`: leases that end by then are nobody's any more.
    """
    with engine.connect() as connection:
        rows = [(_epoch(at), _epoch(lease)) for at, lease in connection.execute(text(WAITING))]
    if any(lease > max(now, dead_until) for _, lease in rows):
        return None
    return min((max(at, lease) for at, lease in rows), default=None)


def _epoch(moment: datetime | str | None) -> int:
    """A time of the database in seconds since 1970, rounded up; 0 for none."""
    if moment is None:
        return 0
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return math.ceil((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
