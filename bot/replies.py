"""Passive replies: what goes back in the answer to a push, safe against whatever the text contains.

wechatpy writes text into CDATA as it is, so that a `]]>` in a person's words would end it and could
inject elements; we render the three kinds we send ourselves.
"""

import re
from datetime import datetime

from bot.messages import Message

SUCCESS = "success"
"""Taken note of, nothing to say: the platform shows nothing and does not ask again."""

MAX_BYTES = 2048
"""What the platform takes as the words of one message, in UTF-8."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
