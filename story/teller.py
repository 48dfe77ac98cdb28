"""Telling a story: each line is said aloud, done over HTTP, and what must follow is waited for and checked."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from handlers import texts
from simulator.client import Someone
from story.places import Spot
from story.stage import Stage

TICKET = re.compile(r"[A-Z0-9-]{8,32}")
TITLES = {
    "河湖问题交办通知": "case_assigned",
    "河湖问题待分派通知": "case_returned",
    "河湖问题待复核通知": "case_proof",
}
"""Titles of the demonstration's template messages → the notice they are for."""
BY_TEMPLATE = {
    "town_assigned": "case_assigned",
    "office_no_town": "case_returned",
    "office_returned": "case_returned",
    "office_proof": "case_proof",
}
"""Sentences that reach people as a template message: there only the notice can be told."""


@dataclass
class Teller:
    """Speaks for the people, remembers what each was sent."""

    stage: Stage
    seen: dict[str, list[str]] = field(default_factory=dict)
    """By person: the sentences of every message that was awaited, in order."""

    def chapter(self, title: str) -> None:
        self.stage.narrate(f"\n—— {title} ——")

    def greetings(self, *keys: str) -> None:
        """People come to work and look at their list: who has spoken can be spoken to for 48 hours."""
        self.chapter("上班先看待办")
        for key in keys:
            self.says(key, "待办")

    def says(self, key: str, words: str) -> str:
        """A person writes; the reply."""
        person = self.stage.person(key)
        self.stage.narrate(f"{person.name} › {words}")
        return self._hears(person, person.says(words))

    def photos(self, key: str, pictures: list[bytes]) -> list[str]:
        """Photos sent at once; a reply for each."""
        person = self.stage.person(key)
        self.stage.narrate(f"{person.name} › [照片 × {len(pictures)}，同时发出]")
        replies = [reply or "" for reply in person.sends_photos(pictures)]
        self._hears(person, replies[-1])
        return replies

    def place(self, key: str, spot: Spot, label: str) -> str:
        """A location message; the place is given in WGS-84 and sent in GCJ-02."""
        person = self.stage.person(key)
        self.stage.narrate(f"{person.name} › [位置 {label}]")
        return self._hears(person, person.sends_location(spot.latitude, spot.longitude, label, datum="wgs84"))

    def _hears(self, person: Someone, reply: str | None) -> str:
        for line in (reply or "（没有回复）").splitlines():
            self.stage.narrate(f"        ‹ {line}")
        return reply or ""

    def ticket(self, reply: str) -> str:
        """The ticket in the first line of the answer to a submission."""
        (found,) = TICKET.findall(reply.splitlines()[0])
        return str(found)

    def gets(self, key: str, sentence: str) -> str:
        """Wait until this person's phone has received one more message of this sentence; what it says."""
        person = self.stage.person(key)
        sentence = BY_TEMPLATE.get(sentence, sentence)
        wanted = self.seen.setdefault(key, []).count(sentence) + 1

        def arrived() -> str | None:
            texts_of_it = [text for found, text in messages(person) if found == sentence]
            return texts_of_it[wanted - 1] if len(texts_of_it) >= wanted else None

        text = self.stage.until(arrived, f"{person.name} to be told “{sentence}” ({wanted})")
        self.seen[key].append(sentence)
        self.stage.narrate(f"  【{person.name} 收到】" + text.replace("\n", "\n            "))
        return text

    def everybody_was_told_exactly(self) -> None:
        """Nobody got a message that was not awaited, and none came twice."""
        for key, sentences in sorted(self.seen.items()):
            got = Counter(found for found, _ in messages(self.stage.person(key)))
            if got != Counter(sentences):
                raise AssertionError(f"{key}: awaited {Counter(sentences)}, received {got}")


def messages(person: Someone) -> list[tuple[str, str]]:
    """(sentence, text) of everything that reached this phone by itself, oldest first."""
    return [
        (sentence_of(line), text_of(line))
        for line in person.inbox()
        if line["kind"] in ("customer_service", "template")
    ]


def sentence_of(line: dict[str, Any]) -> str:
    """Which sentence of handlers/texts.py this message is."""
    if line["kind"] == "template":
        return TITLES[line["title"]]
    for name, pattern in PATTERNS.items():
        if pattern.fullmatch(line["text"]):
            return name
    raise AssertionError(f"no sentence of texts.NOTICES reads: {line['text']}")


def text_of(line: dict[str, Any]) -> str:
    """The message as the person reads it."""
    if line["kind"] != "template":
        return str(line["text"])
    return f"{line['title']}\n{line['text']}\n{line.get('url', '')}"


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", sentence)
    return re.compile("(.*)".join(map(re.escape, parts)), re.DOTALL)


PATTERNS = {name: _pattern(sentence) for name, sentence in texts.NOTICES.items()}
