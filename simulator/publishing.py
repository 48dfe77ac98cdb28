"""Drafts and publishing: small, but with the platform's answers and later events; see mass.py for mass sending."""

import re
from typing import Any

from simulator.calls import Asked, get, post
from simulator.errors import Refused
from simulator.faults import SUBMIT
from simulator.state import Article, Json, World

MEGABYTE = 1024 * 1024
SCRIPT = re.compile(
    r"<script\b.*?(?:</script\s*>|$)|\son\w+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I | re.S
)
IMAGE = re.compile(r"<img\b[^>]*>", re.I)
SOURCE = re.compile(r"\bsrc\s*=\s*[\"']?([^\"'\s>]*)", re.I)
OK: Json = {"errcode": 0, "errmsg": "ok"}


def check_article(world: World, article: Any, base_url: str) -> Json:
    """One article of a draft, within the platform's limits."""
    if not isinstance(article, dict):
        raise Refused(47001)
    title, content = article.get("title"), article.get("content")
    if not isinstance(title, str) or not 1 <= len(title) <= 32:
        raise Refused(45003)
    if (
        not isinstance(content, str)
        or not content
        or len(content) >= 20_000
        or len(content.encode()) >= MEGABYTE
    ):
        raise Refused(45002)
    if len(article.get("digest", "")) > 128:
        raise Refused(45004)
    if len(article.get("author", "")) > 16:
        raise Refused(45110)
    if len(article.get("content_source_url", "").encode()) > 1024:
        raise Refused(45006)
    if article.get("article_type", "news") == "news":
        thumb = world.media.get(str(article.get("thumb_media_id", "")))
        if thumb is None or thumb.expires is not None:
            raise Refused(40007)
    return {**article, "content": cleaned(content, base_url)}


def cleaned(content: str, base_url: str) -> str:
    """What the platform keeps of an article's HTML: no scripts, and no picture that lies elsewhere."""

    def own(image: re.Match[str]) -> str:
        source = SOURCE.search(image[0])
        return image[0] if source and source[1].startswith(f"{base_url}/mmbiz/") else ""

    return IMAGE.sub(own, SCRIPT.sub("", content))


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
    news = [check_article(world, article, asked.base_url) for article in articles]
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
    draft["news_item"][index] = check_article(world, asked.body.get("articles"), asked.base_url)
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


def shown(news: list[Json], asked: Asked) -> list[Json]:
    """The articles of a list, without their content where `no_content` asks for that."""
    return [{**article, "content": ""} for article in news] if asked.body.get("no_content") else news


def window(asked: Asked) -> slice:
    """Which of a list are asked for: at most 20."""
    offset, wanted = asked.body.get("offset", 0), asked.body.get("count", 0)
    if not isinstance(offset, int) or not isinstance(wanted, int) or not 1 <= wanted <= 20:
        raise Refused(40035)
    return slice(offset, offset + wanted)


@post("/cgi-bin/draft/batchget")
def several(world: World, asked: Asked) -> Json:
    """Newest first, at most 20."""
    kept = list(reversed(world.drafts.items()))[window(asked)]
    items = [
        {
            "media_id": media_id,
            "content": {"news_item": shown(draft["news_item"], asked)},
            "update_time": draft["update_time"],
        }
        for media_id, draft in kept
    ]
    return {"total_count": len(world.drafts), "item_count": len(items), "item": items}


def print_articles(world: World, news: list[Json], base_url: str, channel: str) -> list[Article]:
    """The articles as readers can open them."""
    made = []
    for article in news:
        word = world.word(22)
        made.append(Article(word, f"{base_url}/s/{word}", channel, world.clock.now(), dict(article)))
        world.articles[word] = made[-1]
    return made


@post(SUBMIT)
def submit(world: World, asked: Asked) -> Json:
    """Publish a draft; the result comes as an event. The draft is gone afterwards.

    A fault may refuse it, make it come late (only when asked for, after so many seconds), or keep the event back.
    """
    media_id = str(asked.body.get("media_id"))
    draft = draft_of(world, media_id)
    faults = {fault.does: fault for fault in world.faults.striking("job", SUBMIT)}
    publish_id = str(2_247_483_647 + world.number())
    status = faults["publish"].code if "publish" in faults else 0
    late = faults.get("publish_late")
    result: Json = {"publish_id": publish_id, "publish_status": status, "fail_idx": [] if not status else [1]}
    if not status:
        del world.drafts[media_id]
        made = print_articles(world, draft["news_item"], asked.base_url, "freepublish")
        items = [{"idx": index, "article_url": article.url} for index, article in enumerate(made, 1)]
        article_id = world.word(64)
        for article in made:
            article.article_id, article.publish_id = article_id, publish_id
            article.at += int(late.seconds) if late else 0
        result |= {"article_id": article_id, "article_detail": {"count": len(items), "item": items}}
    world.publications[publish_id] = {
        **result,
        "ready": world.clock.now() + (int(late.seconds) if late else 0),
    }
    if late is None and "publish_silent" not in faults:
        info = {**result, "fail_idx": 1} if status else result
        event = {"MsgType": "event", "Event": "PUBLISHJOBFINISH", "PublishEventInfo": info}
        asked.pusher.later("mphelper", event, wait=0.2)
    return {**OK, "publish_id": publish_id, "msg_data_id": world.message_id()}


@post("/cgi-bin/freepublish/get")
def published(world: World, asked: Asked) -> Json:
    """What became of a publication."""
    publish_id = str(asked.body.get("publish_id", ""))
    result = world.publications.get(publish_id)
    if result is None:
        raise Refused(53600)
    if result["ready"] > world.clock.now():
        return {"publish_id": publish_id, "publish_status": 1}
    if any(article.deleted for article in world.articles.values() if article.publish_id == publish_id):
        return {"publish_id": publish_id, "publish_status": 5}
    return {name: value for name, value in result.items() if name != "ready"}


def live(world: World) -> list[Article]:
    """What was published and can be listed, the newest first."""
    now = world.clock.now()
    found = [each for each in world.articles.values() if each.channel == "freepublish" and each.at <= now]
    return sorted(found, key=lambda each: each.at, reverse=True)


def news_of(article: Article) -> Json:
    """An article as the platform lists it."""
    return {**article.news, "url": article.url, "is_deleted": article.deleted}


@post("/cgi-bin/freepublish/batchget")
def several_published(world: World, asked: Asked) -> Json:
    """Newest first, at most 20; what was deleted is gone."""
    there = [article for article in live(world) if not article.deleted]
    items = [
        {
            "article_id": article.article_id,
            "content": {"news_item": shown([news_of(article)], asked)},
            "update_time": article.at,
        }
        for article in there[window(asked)]
    ]
    return {"total_count": len(there), "item_count": len(items), "item": items}


@post("/cgi-bin/freepublish/getarticle")
def article(world: World, asked: Asked) -> Json:
    """The articles of one publication."""
    found = [each for each in live(world) if each.article_id == asked.body.get("article_id")]
    if not found:
        raise Refused(53600)
    return {"news_item": [news_of(each) for each in found]}


@post("/cgi-bin/freepublish/delete")
def take_down(world: World, asked: Asked) -> Json:
    """Delete what was published; it cannot be put back."""
    found = [
        each for each in live(world) if each.article_id == asked.body.get("article_id") and not each.deleted
    ]
    if not found:
        raise Refused(53600)
    for each in found:
        each.deleted = True
    return OK
