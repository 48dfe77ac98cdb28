"""What we ask of the platform to publish: pictures, drafts, publishing (发布), mass sending (群发).

Drafts and pictures are small sentences of the platform's own; nothing is tried again here. A call that was
`WeChatUnreachable` may have been carried out: `published_with`, `draft_with` and `what_became` find out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.calling import PlatformClient, WeChatRefused, WeChatUnreachable
from rules.publishing import Became, Outcome, became_of, became_of_mass

PICTURE_BYTES = 1_000_000
"""What the platform takes as one picture of an article (jpg or png, less than 1 MB)."""
TITLE, DIGEST, CONTENT = 32, 128, 20_000
"""Characters of an article's title, of its digest, of its content (and that below 1 MB)."""
SEEN_BACK = 20
"""How many of the newest articles or drafts are looked through for one of ours: all that one call gives."""
GONE = frozenset({40007, 53600})
"""The platform's codes for something that is not there (any more)."""
SENT_BEFORE = 45065
"""A mass message with this clientmsgid was sent."""
TOO_FAST, NO_QUOTA = 45066, 45028


@dataclass(frozen=True, slots=True)
class Draft:
    """One article as a draft (草稿)."""

    title: str
    digest: str
    content: str
    """HTML with the platform's own picture addresses."""
    source_url: str
    """Where 阅读原文 leads."""
    thumb_media_id: str
    author: str = ""


class Press:
    """Publishing on one official account; `WeChat.press`. Raises WeChatRefused and WeChatUnreachable."""

    def __init__(self, client: PlatformClient) -> None:
        self._client = client

    def upload_picture(self, content: bytes, filename: str) -> str:
        """A picture for the body of an article; its address. Not counted against the material's limit."""
        return _text(self._client.post("media/uploadimg", files=_file(content, filename)), "url")

    def add_cover(self, content: bytes, filename: str) -> str:
        """A permanent picture (永久素材), as which a cover must be there; its media_id."""
        params = {"type": "image"}
        answer = self._client.post("material/add_material", params=params, files=_file(content, filename))
        return _text(answer, "media_id")

    def add_draft(self, draft: Draft) -> str:
        """Keep a draft; its media_id."""
        article = {
            "article_type": "news", "title": draft.title, "author": draft.author, "digest": draft.digest,
            "content": draft.content, "content_source_url": draft.source_url,
            "thumb_media_id": draft.thumb_media_id, "need_open_comment": 0, "only_fans_can_comment": 0,
        }  # fmt: skip
        return _text(self._client.post("draft/add", data={"articles": [article]}), "media_id")

    def draft_with(self, source_url: str) -> str:
        """The media_id of a draft of ours that leads to this page, "" where none of the newest does."""
        asked = {"offset": 0, "count": SEEN_BACK, "no_content": 1}
        for item in _items(self._client.post("draft/batchget", data=asked), "item"):
            if any(article.get("content_source_url") == source_url for article in _news(item)):
                return _text(item, "media_id")
        return ""

    def has_draft(self, media_id: str) -> bool:
        """Whether this draft is still there. WeChatRefused for anything but a plain no."""
        try:
            self._client.post("draft/get", data={"media_id": media_id})
        except WeChatRefused as refused:
            if refused.code not in GONE:
                raise
            return False
        return True

    def delete_draft(self, media_id: str) -> None:
        """Remove a draft."""
        self._client.post("draft/delete", data={"media_id": media_id})

    def publish(self, media_id: str) -> str:
        """Ask that a draft be published (no follower is told); the publish_id. The verdict comes later."""
        return _text(self._client.post("freepublish/submit", data={"media_id": media_id}), "publish_id")

    def what_became(self, publish_id: str) -> Became:
        """What became of a publication that was asked for."""
        return became(self._client.post("freepublish/get", data={"publish_id": publish_id}))

    def published_with(self, source_url: str) -> Became | None:
        """The published article of ours that leads to this page; None where none of the newest does."""
        asked = {"offset": 0, "count": SEEN_BACK, "no_content": 1}
        for item in _items(self._client.post("freepublish/batchget", data=asked), "item"):
            for article in _news(item):
                if article.get("content_source_url") == source_url and not article.get("is_deleted"):
                    return Became(Outcome.PUBLISHED, _text(item, "article_id"), str(article.get("url", "")))
        return None

    def delete_published(self, article_id: str) -> None:
        """Take a published article down; it cannot be put back."""
        self._client.post("freepublish/delete", data={"article_id": article_id, "index": 0})

    def send_to_all(self, media_id: str, client_id: str) -> str:
        """Send a draft to every follower (群发); the msg_id.

        WeChatRefused 45065: it was sent before with this `client_id`, its `msg_id` says as what.
        """
        asked = {
            "filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": media_id},
            "send_ignore_reprint": 0, "clientmsgid": client_id,
        }  # fmt: skip
        return _text(self._client.post("message/mass/sendall", data=asked), "msg_id")

    def what_became_of_mass(self, msg_id: str) -> Became:
        """What became of a mass message."""
        answer = self._client.post("message/mass/get", data={"msg_id": _number(msg_id)})
        return became_of_mass(str(answer.get("msg_status", "")))

    def delete_mass(self, msg_id: str) -> None:
        """Take the page of a mass message down; what was sent stays in the chats and opens nothing."""
        self._client.post("message/mass/delete", data={"msg_id": _number(msg_id), "article_idx": 0})

    def preview(self, openid: str, media_id: str) -> None:
        """Show one follower a draft as it would look (100 a day)."""
        asked = {"touser": openid, "mpnews": {"media_id": media_id}, "msgtype": "mpnews"}
        self._client.post("message/mass/preview", data=asked)


def became(answer: Mapping[str, Any]) -> Became:
    """freepublish/get: 0 published, 1 running, anything else why not."""
    status = str(answer.get("publish_status", ""))
    detail = answer.get("article_detail")
    items = _items(detail, "item") if isinstance(detail, Mapping) else []
    url = str(items[0].get("article_url", "")) if items else ""
    return became_of(status, str(answer.get("article_id", "")), url)


def _file(content: bytes, filename: str) -> dict[str, tuple[str, bytes, str]]:
    kind = "image/png" if filename.endswith(".png") else "image/jpeg"
    return {"media": (filename, content, kind)}


def _items(answer: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = answer.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _news(item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    content = item.get("content")
    return _items(content, "news_item") if isinstance(content, Mapping) else []


def _number(msg_id: str) -> int | str:
    return int(msg_id) if msg_id.isdecimal() else msg_id


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise WeChatUnreachable(f"the answer has no {name}")
    return value
