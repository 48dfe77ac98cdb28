"""Drafts, publishing and mass sending: small, but with the platform's answers and later events."""

from collections import Counter
from typing import Any

from simulator.calls import Asked, get, post
from simulator.errors import Refused
from simulator.state import Json, World

CHINA = 8 * 3600
MASS_PER_MONTH = 4
OK: Json = {"errcode": 0, "errmsg": "ok"}


def check_article(world: World, article: Any) -> Json:
    """One article of a draft, within the platform's limits."""
    if not isinstance(article, dict):
        raise Refused(47001)
    title, content = article.get("title"), article.get("content")
    if not isinstance(title, str) or not 1 <= len(title) <= 32:
        raise Refused(45003)
    if not isinstance(content, str) or not content or len(content) >= 20_000:
        raise Refused(45002)
    if len(article.get("digest", "")) > 128:
        raise Refused(45004)
    if article.get("article_type", "news") == "news":
        thumb = world.media.get(str(article.get("thumb_media_id", "")))
        if thumb is None or thumb.expires is not None:
            raise Refused(40007)
    return dict(article)


def draft_of(world: World, media_id: object) -> Json:
    draft = world.drafts.get(str(media_id))
    if draft is None:
        raise Refused(40007)
    return draft


@post("/cgi-bin/draft/add")
def add(world: World, asked: Asked) -> Json:
    """Keep a draft of one to eight articles."""
    articles = asked.body.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= 8:
        raise Refused(45008)
    news = [check_article(world, article) for article in articles]
    media_id = world.word(64)
    world.drafts[media_id] = {"news_item": news, "update_time": world.clock.now()}
    return {"media_id": media_id}


@post("/cgi-bin/draft/get")
def read(world: World, asked: Asked) -> Json:
    return {"news_item": draft_of(world, asked.body.get("media_id"))["news_item"]}


@post("/cgi-bin/draft/update")
def update(world: World, asked: Asked) -> Json:
    """Replace one article: `articles` is an object here, not a list."""
    draft = draft_of(world, asked.body.get("media_id"))
    index = asked.body.get("index", 0)
    if not isinstance(index, int) or not 0 <= index < len(draft["news_item"]):
        raise Refused(40035)
    draft["news_item"][index] = check_article(world, asked.body.get("articles"))
    draft["update_time"] = world.clock.now()
    return OK


@post("/cgi-bin/draft/delete")
def delete(world: World, asked: Asked) -> Json:
    draft_of(world, asked.body.get("media_id"))
    del world.drafts[str(asked.body["media_id"])]
    return OK


@get("/cgi-bin/draft/count")
def count(world: World, asked: Asked) -> Json:
    return {"total_count": len(world.drafts)}


@post("/cgi-bin/draft/batchget")
def several(world: World, asked: Asked) -> Json:
    """Newest first, at most 20."""
    offset, wanted = asked.body.get("offset", 0), asked.body.get("count", 0)
    if not isinstance(offset, int) or not isinstance(wanted, int) or not 1 <= wanted <= 20:
        raise Refused(40035)
    kept = list(reversed(world.drafts.items()))[offset : offset + wanted]
    items = [
        {
            "media_id": media_id,
            "content": {"news_item": draft["news_item"]},
            "update_time": draft["update_time"],
        }
        for media_id, draft in kept
    ]
    return {"total_count": len(world.drafts), "item_count": len(items), "item": items}


@post("/cgi-bin/freepublish/submit")
def submit(world: World, asked: Asked) -> Json:
    """Publish a draft; the result comes as an event. The draft is gone afterwards."""
    draft = draft_of(world, asked.body.get("media_id"))
    refused = next((fault for fault in world.faults.striking("job") if fault.does == "publish"), None)
    publish_id = str(2_247_483_647 + world.number())
    status = refused.code if refused else 0
    result: Json = {"publish_id": publish_id, "publish_status": status, "fail_idx": [] if not status else [1]}
    if not status:
        del world.drafts[str(asked.body["media_id"])]
        items = [
            {"idx": index, "article_url": f"{asked.base_url}/s/{world.word(22)}"}
            for index in range(1, len(draft["news_item"]) + 1)
        ]
        result |= {"article_id": world.word(64), "article_detail": {"count": len(items), "item": items}}
    world.publications[publish_id] = result
    info = {**result, "fail_idx": 1} if status else {**result}
    asked.pusher.later(
        "mphelper", {"MsgType": "event", "Event": "PUBLISHJOBFINISH", "PublishEventInfo": info}, wait=0.2
    )
    return {**OK, "publish_id": publish_id, "msg_data_id": world.message_id()}


@post("/cgi-bin/freepublish/get")
def published(world: World, asked: Asked) -> Json:
    """What became of a publication."""
    result = world.publications.get(str(asked.body.get("publish_id", "")))
    if result is None:
        raise Refused(53600)
    return result


@post("/cgi-bin/message/mass/sendall")
def send_to_all(world: World, asked: Asked) -> Json:
    """Send to every follower; four a calendar month reach each of them."""
    kind = asked.text("msgtype", 40008)
    content = asked.body.get(kind)
    if not isinstance(content, dict) or not isinstance(asked.body.get("filter"), dict):
        raise Refused(47001)
    once = asked.body.get("clientmsgid")
    earlier = next((job for job in world.mass if once and job["clientmsgid"] == once), None)
    if earlier:
        raise Refused(45065, msg_id=earlier["msg_id"])
    now = world.clock.now()
    month = world.clock.month(now + CHINA)
    if Counter(job["month"] for job in world.mass)[month] >= MASS_PER_MONTH:
        raise Refused(45028)
    text = str(content.get("content", "")) if kind == "text" else title_of(world, content)
    followers = [person for person in world.people.values() if person.following]
    for person in followers:
        world.show(
            person,
            "in",
            "mass",
            kind,
            text,
            **{key: value for key, value in content.items() if key != "content"},
        )
    job = {"msg_id": world.message_id(), "clientmsgid": once, "month": month}
    world.mass.append(job)
    total = len(followers)
    finished = {"MsgID": job["msg_id"], "Status": "send success", "TotalCount": total, "FilterCount": total,
                "SentCount": total, "ErrorCount": 0}  # fmt: skip
    asked.pusher.later("mphelper", {"MsgType": "event", "Event": "MASSSENDJOBFINISH", **finished}, wait=0.2)
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job["msg_id"],
            "msg_data_id": world.message_id()}  # fmt: skip


def title_of(world: World, content: Json) -> str:
    """The first title of a draft sent to all."""
    return str(draft_of(world, content.get("media_id"))["news_item"][0]["title"])
