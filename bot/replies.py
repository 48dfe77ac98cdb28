"""Passive replies: what goes back in the answer to a push, safe against whatever the text contains.

wechatpy writes text into CDATA as it is, so that a `]]>` in a person's words would end it and could
inject elements; we render the three kinds we send ourselves.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime

from bot.messages import Message

SUCCESS = "success"
"""Taken note of, nothing to say: the platform shows nothing and does not ask again."""

SHOWN = "\x1f"
"""With this begins a reply that is more than words, as it is stored: no words of anybody's can, for no XML and no
sentence of ours carries it."""

MAX_BYTES = 2048
"""What the platform takes as the words of one message, in UTF-8."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def picture(media_id: str, words: str) -> str:
    """A reply that shows a picture uploaded before, and what it says in words where there is no room for pictures."""
    return SHOWN + json.dumps({"media_id": media_id, "words": words}, ensure_ascii=False)


def card(title: str, description: str, picture_url: str, url: str, words: str) -> str:
    """A reply that shows an article (图文) leading to `url`, and what it says in words otherwise."""
    shown = {"title": title, "description": description, "picture_url": picture_url, "url": url}
    return SHOWN + json.dumps({**shown, "words": words}, ensure_ascii=False)


def is_shown(reply: str) -> bool:
    """Whether it is more than words."""
    return reply.startswith(SHOWN)


def in_words(reply: str) -> str:
    """The words of a reply that has them after others: something was to be said before it, and one reply is all."""
    before, mark, shown = reply.partition(SHOWN)
    return before + str(json.loads(shown)["words"]) if mark else reply


def reply_to(message: Message, reply: str, at: datetime) -> str:
    """The answer as it goes out: a picture, an article, or words."""
    if not is_shown(reply):
        return text_reply(message, reply, at)
    shown: Mapping[str, str] = json.loads(reply[1:])
    if "media_id" in shown:
        return image_reply(message, shown["media_id"], at)
    return news_reply(message, shown["title"], shown["description"], shown["picture_url"], shown["url"], at)


def text_reply(message: Message, text: str, at: datetime) -> str:
    """Words. The last guard cuts them to 2048 bytes; where nothing is left to say, `SUCCESS`."""
    words = shortened(legal(text))
    if not words.strip():
        return SUCCESS
    return _reply(message, at, "text", f"<Content>{cdata(words)}</Content>")


def image_reply(message: Message, media_id: str, at: datetime) -> str:
    """A picture uploaded before."""
    return _reply(message, at, "image", f"<Image><MediaId>{cdata(media_id)}</MediaId></Image>")


def news_reply(
    message: Message, title: str, description: str, picture_url: str, url: str, at: datetime
) -> str:
    """One article; the platform has shown no more than one since 2018."""
    fields = {"Title": title, "Description": description, "PicUrl": picture_url, "Url": url}
    item = "".join(f"<{name}>{cdata(value)}</{name}>" for name, value in fields.items())
    return _reply(
        message, at, "news", f"<ArticleCount>1</ArticleCount><Articles><item>{item}</item></Articles>"
    )


def cdata(text: str) -> str:
    """The text as CDATA that nothing in it can end, without what XML cannot carry."""
    return f"<![CDATA[{legal(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def legal(text: str) -> str:
    """Without control characters and lone surrogates, which neither XML nor UTF-8 can carry."""
    if text.isprintable():  # has none of them
        return text
    return _ILLEGAL.sub("", text)


def shortened(text: str, limit: int = MAX_BYTES) -> str:
    """The text in at most this many bytes of UTF-8, cut between characters and ended with "…"."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return encoded[: limit - len("…".encode())].decode(errors="ignore") + "…"


def _reply(message: Message, at: datetime, kind: str, content: str) -> str:
    return (
        f"<xml><ToUserName>{cdata(message.openid)}</ToUserName>"
        f"<FromUserName>{cdata(message.account)}</FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime>"
        f"<MsgType>{cdata(kind)}</MsgType>{content}</xml>"
    )
