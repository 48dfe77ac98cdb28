"""Every push of the platform becomes one `Message`.

We read the platform's XML (and a mini-program's JSON) with a small table of our own.
wechatpy's `parse_message` lets eleven kinds of exception through on bad input, returns None for an
empty body, gives coordinates as text (or a silent 0.0 where there are none), does not know the
subscription and publishing events, and rewrites `Event` in place. Strangers' input needs one exception.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import orjson

from bot.said import (
    Click,
    Follow,
    Link,
    Located,
    MassResult,
    Photo,
    PhotoMenu,
    Place,
    PlaceMenu,
    PublishResult,
    Said,
    Scan,
    SubscriptionAnswers,
    TemplateResult,
    Text,
    Unfollow,
    UnknownEvent,
    Unsupported,
    Video,
    View,
    Voice,
)
from bot.tree import Malformed, Tree, inside, needed, one, read

__all__ = [
    "Click", "Follow", "Link", "Located", "Malformed", "MassResult", "Message", "Photo", "PhotoMenu", "Place",
    "PlaceMenu", "PublishResult", "Said", "Scan", "SubscriptionAnswers", "TemplateResult", "Text", "Unfollow",
    "UnknownEvent", "Unsupported", "Video", "View", "Voice", "parse",
]  # fmt: skip

STICKER = "【收到不支持的消息类型，暂无法显示】"
"""What the platform puts into a text message in place of a sticker and the like."""

_NUMBER = re.compile(r"[+-]?\d{1,3}(\.\d{0,30})?([eE][+-]?\d{1,2})?", re.ASCII)
_DIGITS = re.compile(r"\d{1,11}", re.ASCII)
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What shows nothing and only changes how other text looks or is found: zero width, direction, tags. The two
joiners stay, of which emoji and Uyghur are made."""


@dataclass(frozen=True, slots=True)
class Message:
    """One push: who says what to which account, when; `key` is the same for a repeated delivery."""

    openid: str
    account: str
    sent_at: datetime
    """Aware, UTC, whole seconds."""
    said: Said
    key: str
    """64 hex digits, see `parse`."""


def parse(plaintext: bytes) -> Message:
    """What was pushed, from the decrypted (or, in plain mode, received) body. Raises Malformed only.

    `key` is what makes a repeated delivery recognisable: the SHA-256 of *all* fields (54 digits of it), in a form
    that does not depend on their order, on white space around them or on CDATA, so that it also holds for a
    retry that is not byte for byte the same (whether retries are, the platform does not promise). Less
    is not enough, as WxJava found out: the MsgId alone is shared by two users (#333); sender and second
    are shared by two events (#2231) and by two different contents (#3445).
    It begins with the second it was sent in, so that those of one moment lie side by side in the database's index.
    In compatible mode the plain fields beside `Encrypt` count for nothing: `bot.cipher` hands on the inside.
    """
    tree = read(plaintext)
    kind = needed(tree, "MsgType").lower()
    seconds = _seconds(tree)
    fields = orjson.dumps(_canonical(tree), option=orjson.OPT_SORT_KEYS)
    return Message(
        openid=needed(tree, "FromUserName"),
        account=needed(tree, "ToUserName"),
        sent_at=datetime.fromtimestamp(seconds, UTC),
        said=_event(tree) if kind == "event" else _MESSAGES.get(kind, _unsupported)(tree),
        key=f"{seconds:010x}{hashlib.sha256(fields).hexdigest()[:54]}",
    )


def _canonical(tree: Tree) -> dict[str, list[object]]:
    """Strings stripped; fields of one name keep their order, for it pairs what is inside them."""
    return {
        name: [value.strip() if isinstance(value, str) else _canonical(value) for value in values]
        for name, values in tree.items()
    }


def _seconds(tree: Tree) -> int:
    text = needed(tree, "CreateTime")
    if not _DIGITS.fullmatch(text):
        raise Malformed("CreateTime is no number of seconds")
    return int(text)


def _degrees(tree: Tree, name: str, limit: float) -> float:
    text = needed(tree, name)
    if not _NUMBER.fullmatch(text) or abs(float(text)) > limit:
        raise Malformed(f"{name} is no number of degrees up to {limit:g}")
    return float(text)


def _words(tree: Tree, name: str) -> str:
    """What somebody wrote, without what nobody can see: a 提交 with a stray mark in it is still a 提交, and
    nothing turns our own sentences round."""
    return _UNSEEN.sub(_as_seen, one(tree, name)).strip()


def _as_seen(mark: re.Match[str]) -> str:
    return "\n" if mark[0] in "\u2028\u2029" else ""


def _text(tree: Tree) -> Said:
    text = _words(tree, "Content")
    if text == STICKER:
        return Unsupported("sticker")
    return Text(text, one(tree, "bizmsgmenuid") or None)


def _video(tree: Tree) -> Said:
    return Video(needed(tree, "MediaId"), one(tree, "ThumbMediaId"))


def _place(tree: Tree) -> Said:
    """A latitude beyond 90 is let through: whoever has the two the wrong way round is told so."""
    return Place(_degrees(tree, "Location_X", 180), _degrees(tree, "Location_Y", 180), _words(tree, "Label"))


def _unsupported(tree: Tree) -> Said:
    return Unsupported(needed(tree, "MsgType").lower())


_MESSAGES: dict[str, Callable[[Tree], Said]] = {
    "text": _text,
    "image": lambda tree: Photo(needed(tree, "MediaId"), one(tree, "PicUrl")),
    "voice": lambda tree: Voice(needed(tree, "MediaId"), _words(tree, "Recognition"), one(tree, "Format")),
    "video": _video,
    "shortvideo": _video,
    "location": _place,
    "link": lambda tree: Link(one(tree, "Title"), one(tree, "Description"), needed(tree, "Url")),
}


def _event(tree: Tree) -> Said:
    name = needed(tree, "Event").lower()
    known = _EVENTS.get(name)
    return known(tree) if known else UnknownEvent(name)


def _follow(tree: Tree) -> Said:
    key = one(tree, "EventKey")
    return Follow(key.removeprefix("qrscene_") if key.startswith("qrscene_") else None)


def _photo_menu(tree: Tree) -> Said:
    counts = [one(sent, "Count") for sent in inside(tree, "SendPicsInfo")]
    return PhotoMenu(int(counts[0]) if counts and _DIGITS.fullmatch(counts[0]) else 0)


def _place_menu(tree: Tree) -> Said:
    for sent in inside(tree, "SendLocationInfo"):
        return PlaceMenu(
            _degrees(sent, "Location_X", 90), _degrees(sent, "Location_Y", 180), one(sent, "Label")
        )
    raise Malformed("SendLocationInfo is missing")


def _published(tree: Tree) -> Said:
    for info in inside(tree, "PublishEventInfo") or [tree]:
        items = [item for detail in inside(info, "article_detail") for item in inside(detail, "item")]
        return PublishResult(
            publish_id=needed(info, "publish_id"),
            status=needed(info, "publish_status"),
            article_id=one(info, "article_id"),
            urls=tuple(one(item, "article_url") for item in items),
        )
    raise AssertionError("unreachable")


def _mass_sent(tree: Tree) -> Said:
    found = [
        one(item, "ArticleUrl")
        for result in inside(tree, "ArticleUrlResult")
        for outer in inside(result, "ResultList")
        for item in inside(outer, "item")
    ]
    msg_id = one(tree, "MsgID") or needed(tree, "MsgId")
    return MassResult(msg_id, needed(tree, "Status"), next(iter(filter(None, found)), ""))


def _answers(event: Literal["popup", "change", "sent"]) -> Callable[[Tree], Said]:
    wrapper = f"SubscribeMsg{event.title()}Event"

    def read_answers(tree: Tree) -> Said:
        wrapped = inside(tree, wrapper)  # JSON has the entries at the top, without the wrapper
        entries = [entry for outer in wrapped or [tree] for entry in inside(outer, "List")]
        return SubscriptionAnswers(tuple((needed(e, "TemplateId"), _yes(e)) for e in entries), event)

    return read_answers


def _yes(entry: Tree) -> bool:
    if "SubscribeStatusString" in entry:
        return one(entry, "SubscribeStatusString").lower().startswith("accept")
    return one(entry, "ErrorCode") == "0"


_EVENTS: dict[str, Callable[[Tree], Said]] = {
    "subscribe": _follow,
    "unsubscribe": lambda tree: Unfollow(),
    "scan": lambda tree: Scan(needed(tree, "EventKey"), one(tree, "Ticket")),
    "location": lambda tree: Located(_degrees(tree, "Latitude", 90), _degrees(tree, "Longitude", 180)),
    "click": lambda tree: Click(needed(tree, "EventKey")),
    "view": lambda tree: View(one(tree, "EventKey")),
    "view_miniprogram": lambda tree: View(one(tree, "EventKey")),
    "pic_sysphoto": _photo_menu,
    "pic_photo_or_album": _photo_menu,
    "pic_weixin": _photo_menu,
    "location_select": _place_menu,
    "templatesendjobfinish": lambda tree: TemplateResult(
        one(tree, "MsgID") or needed(tree, "MsgId"), needed(tree, "Status")
    ),
    "publishjobfinish": _published,
    "masssendjobfinish": _mass_sent,
    "subscribe_msg_popup_event": _answers("popup"),
    "subscribe_msg_change_event": _answers("change"),
    "subscribe_msg_sent_event": _answers("sent"),
}
