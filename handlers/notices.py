"""What a notification says: its sentence in the chat, and the keywords of a template message."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from handlers import assessment_words, digest_words, texts
from handlers.gathering import shortened
from rules.workdays import CHINA
from services.daily_limit import DIGESTS
from services.delivery import Envelope

LONG = frozenset({"reason", "question", "answer", "added", "undertakings", "needs"})
LONGEST = 350
"""Characters of what a person wrote that fit into one message together with its link (2048 bytes in all)."""


def sentence(envelope: Envelope, link: str, hotline: str) -> str:
    """The whole sentence, as a customer-service message says it."""
    if envelope.sentence in DIGESTS:
        return digest_words.message(envelope)
    if "totals" in envelope.says:
        return assessment_words.message(envelope)
    says = {key: str(value) for key, value in envelope.says.items()}
    for key in LONG & says.keys():
        says[key] = shortened(says[key], LONGEST)
    if "words" in says:
        says["words"] = shortened(says["words"], 150) or texts.NO_WORDS
    says["urgent"] = texts.URGENT if envelope.urgent else ""
    return texts.NOTICES[envelope.sentence].format_map({**says, "link": link, "hotline": hotline})


def keywords(envelope: Envelope, fields: Mapping[str, str], now: datetime, hotline: str) -> dict[str, str]:
    """The template's keywords, each cut to its own rule (thing1 takes 20 characters, and so on).

    `fields` maps what the product can say (number, place, …) to the template's keywords.
    """
    says = envelope.says
    can_say = {
        "number": str(says.get("ticket") or says.get("number", "")),
        "place": str(says.get("place", "")),
        "town": str(says.get("town", "")),
        "kind": str(says.get("kind", "")),
        "state": str(says.get("state", "")),
        "deadline": str(says.get("deadline", "")),
        "note": note(envelope, hotline),
        "time": spelled(now),
    }
    due = says.get("deadline_at")
    instants = {"deadline": _spelled_out(datetime.fromisoformat(due)) if due else now}
    return {
        keyword: fitted(keyword, can_say[what], instants.get(what, now)) for what, keyword in fields.items()
    }


def _spelled_out(due: datetime) -> datetime:
    """A day ends at 24:00, which a template's time keyword can only spell as 23:59 of that day."""
    is_a_days_end = due.astimezone(CHINA).time() == time()
    return due - timedelta(minutes=1) if is_a_days_end else due


def note(envelope: Envelope, hotline: str) -> str:
    """What is new, in as few characters as can be: the reason, the question, or what to answer."""
    says = envelope.says
    if envelope.sentence in DIGESTS:
        return digest_words.head(envelope)
    for key in ("question", "answer", "added", "reason"):
        if says.get(key):
            return str(says[key])
    short = says.get("short")
    if envelope.sentence == "town_assigned":
        words = str(says.get("words", ""))
        return f"回复受理{short}或退回{short}" + (f"；{words}" if words else "")
    if envelope.sentence == "office_proof":
        return f"回复“复核 {short} 通过”或不通过"
    if envelope.sentence == "reporter_closed":
        return "请回复满意、基本满意或不满意"
    return str(says.get("expected") or says.get("words") or says.get("state", ""))


LIMITS = {
    "thing": 20, "character_string": 32, "number": 32, "letter": 32, "symbol": 5, "phrase": 5, "name": 10,
    "const": 20, "short_thing": 5, "phone_number": 17, "car_number": 8,
}  # fmt: skip
"""Characters a template keyword takes, by its kind (platform rule of template and subscription messages)."""


KEEPS = {
    "character_string": r"[^\x20-\x7e]", "letter": r"[^A-Za-z]", "symbol": r"[^\x21-\x7e]", "number": r"[^0-9]",
    "phrase": r"[^\u4e00-\u9fff]",
}  # fmt: skip
"""What a keyword of this kind cannot carry."""
EMPTY = {"character_string": "-", "letter": "-", "symbol": "-", "number": "0"}
"""What stands for nothing: the platform refuses an empty keyword."""


def fitted(keyword: str, value: str, at: datetime) -> str:
    """The value cut to what this keyword's kind takes; never empty, for the platform refuses that.

    `at` is spelled out where the keyword is a time or a date, whatever the words are.
    """
    kind = re.sub(r"\d+$", "", keyword)
    if kind in ("time", "date"):
        return spelled(at) if kind == "time" else spelled(at).split()[0]
    text = " ".join(value.split())
    if kind in KEEPS:
        text = re.sub(KEEPS[kind], "", text)
    limit = LIMITS.get(kind)
    if limit is not None and len(text) > limit:
        text = f"{text[: limit - 1]}…" if kind == "thing" else text[:limit]
    return text or EMPTY.get(kind, "无")


def spelled(at: datetime) -> str:
    """“2026年11月24日 15:01” in China time."""
    local = at.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
