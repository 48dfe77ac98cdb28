"""Photos, recordings and words collected in a draft, in any order, and how they are counted aloud."""

import re
from typing import Any

from bot.conversation import Draft
from bot.messages import Photo, Video, Voice
from handlers import texts
from models.evidence import Medium
from services.desk import Work
from services.reports import Sent

MEDIA = (Photo, Voice, Video)
SUBMIT = frozenset({"提交", "确认", "是", "是的", "好", "好的", "确定", "没问题"})


def add_medium(draft: Draft, said: Photo | Voice | Video) -> None:
    """Put what was sent into the draft; recognised speech becomes words too."""
    if isinstance(said, Photo):
        entry = {"medium": Medium.PHOTO.value, "media_id": said.media_id}
    elif isinstance(said, Voice):
        entry = {"medium": Medium.VOICE.value, "media_id": said.media_id}
        if said.recognised:
            add_words(draft, said.recognised)
    else:
        entry = {"medium": Medium.VIDEO.value, "media_id": said.media_id, "thumb": said.thumb_media_id}
    draft["sent"] = [*draft.get("sent", []), entry]


def add_words(draft: Draft, words: str) -> None:
    """Add a line of words."""
    draft["words"] = "\n".join(filter(None, [draft.get("words", ""), words.strip()]))


def photos_in(draft: Draft) -> int:
    """How many photos the draft holds."""
    return sum(entry["medium"] == Medium.PHOTO.value for entry in draft.get("sent", []))


def is_one_too_many(work: Work, said: Any, draft: Draft) -> bool:
    """Whether this is a photo beyond what one draft may hold."""
    return isinstance(said, Photo) and photos_in(draft) >= work.rulebook.photos_per_report


def too_many(work: Work) -> str:
    """What is said then."""
    return texts.TOO_MANY_PHOTOS.format(photos=work.rulebook.photos_per_report)


def sent_in(draft: Draft) -> list[Sent]:
    """What was sent, as the services take it."""
    return [
        Sent(Medium(entry["medium"]), entry["media_id"], entry.get("thumb", ""))
        for entry in draft.get("sent", [])
    ]


def counted(draft: Draft, *, words: bool = True) -> str:
    """“照片 3 张、语音 1 段、说明”, or nothing."""
    counts = dict.fromkeys(Medium, 0)
    for entry in draft.get("sent", []):
        counts[Medium(entry["medium"])] += 1
    parts = [
        f"{name} {counts[medium]} {unit}"
        for medium, name, unit in (
            (Medium.PHOTO, "照片", "张"),
            (Medium.VOICE, "语音", "段"),
            (Medium.VIDEO, "视频", "段"),
        )
        if counts[medium]
    ]
    if words and draft.get("words"):
        parts.append("文字说明")
    return "、".join(parts)


def holds_something(draft: Draft) -> bool:
    """Whether a person would miss this draft."""
    return bool(draft.get("sent") or draft.get("words") or draft.get("place"))


def number_said(text: str) -> int | None:
    """A bare number as people type it: 2, ２, 第2个, 选2, 2号."""
    match = re.fullmatch(r"[选第]?\s*(\d{1,3})\s*[个号条。.、]?", text.strip())
    return int(match[1]) if match else None


def shortened(text: str, length: int) -> str:
    """At most so many characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def as_entry(said: Any) -> Draft:
    """A draft that begins with this photo, recording or video."""
    draft: Draft = {}
    add_medium(draft, said)
    return draft
