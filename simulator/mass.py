"""Mass sending (群发): to every follower, four times a calendar month, never the same clientmsgid twice in a day."""

from collections import Counter

from simulator.calls import Asked, post
from simulator.errors import Refused
from simulator.faults import SEND_ALL
from simulator.publishing import OK, draft_of, print_articles
from simulator.state import Article, Json, World

CHINA = 8 * 3600
MASS_PER_MONTH = 4
DAY = 86_400
LONGEST_ID = 64
PREVIEWS = 100


def news_in(world: World, kind: str, content: Json) -> list[Json]:
    """The articles of a message of kind mpnews; none of any other."""
    return draft_of(world, content.get("media_id"))["news_item"] if kind == "mpnews" else []


@post(SEND_ALL)
def send_to_all(world: World, asked: Asked) -> Json:
    """Send to every follower; four a calendar month reach each of them."""
    kind = asked.text("msgtype", 40008)
    content = asked.body.get(kind)
    if not isinstance(content, dict) or not isinstance(asked.body.get("filter"), dict):
        raise Refused(47001)
    now = world.clock.now()
    once = asked.body.get("clientmsgid")
    if once is not None and (not isinstance(once, str) or len(once.encode()) > LONGEST_ID):
        raise Refused(45064)
    earlier = next(
        (job for job in world.mass if once and job["clientmsgid"] == once and job["at"] > now - DAY), None
    )
    if earlier:
        raise Refused(45065, msg_id=earlier["msg_id"])
    month = world.clock.month(now + CHINA)
    if Counter(job["month"] for job in world.mass)[month] >= MASS_PER_MONTH:
        raise Refused(45028)
    faults = {fault.does: fault for fault in world.faults.striking("job", SEND_ALL)}
    news = news_in(world, kind, content)
    job: Json = {
        "msg_id": world.message_id(), "clientmsgid": once, "month": month, "at": now,
        "status": f"err({faults['mass'].code})" if "mass" in faults else "send success",
    }  # fmt: skip
    world.mass.append(job)
    made = [] if "mass" in faults else deliver(world, asked, job, kind, content, news)
    if "mass_silent" not in faults:
        asked.pusher.later("mphelper", finished(world, job, made), wait=0.2)
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job["msg_id"],
            "msg_data_id": world.message_id()}  # fmt: skip


def deliver(
    world: World, asked: Asked, job: Json, kind: str, content: Json, news: list[Json]
) -> list[Article]:
    """Show it on every phone."""
    made = print_articles(world, news, asked.base_url, "mass")
    for article in made:
        article.publish_id = str(job["msg_id"])
    text = str(content.get("content", "")) if kind == "text" else str(news[0]["title"]) if news else ""
    about = {key: value for key, value in content.items() if key != "content"}
    for person in world.people.values():
        if person.following:
            world.show(person, "in", "mass", kind, text, **about, **card(world, asked, made))
    return made


def card(world: World, asked: Asked, made: list[Article]) -> Json:
    """The first article as a phone shows it."""
    if not made:
        return {}
    news = made[0].news
    picture = f"{asked.base_url}/mmbiz/{news.get('thumb_media_id', '')}"
    return {
        "title": news["title"],
        "description": news.get("digest", ""),
        "picurl": picture,
        "url": made[0].url,
    }


def finished(world: World, job: Json, made: list[Article]) -> Json:
    """The event that tells how it ended."""
    total = sum(person.following for person in world.people.values())
    sent = total if job["status"] == "send success" else 0
    urls = [{"ArticleIdx": index, "ArticleUrl": article.url} for index, article in enumerate(made, 1)]
    return {
        "MsgType": "event", "Event": "MASSSENDJOBFINISH", "MsgID": job["msg_id"], "Status": job["status"],
        "TotalCount": total, "FilterCount": total, "SentCount": sent, "ErrorCount": 0,
        "ArticleUrlResult": {"Count": len(urls), "ResultList": urls},
    }  # fmt: skip


def job_of(world: World, asked: Asked) -> Json:
    """The mass message that is asked about."""
    found = next((job for job in world.mass if str(job["msg_id"]) == str(asked.body.get("msg_id"))), None)
    if found is None:
        raise Refused(40059)
    return found


@post("/cgi-bin/message/mass/get")
def status(world: World, asked: Asked) -> Json:
    """How a mass message stands."""
    job = job_of(world, asked)
    words = {"send success": "SEND_SUCCESS", "deleted": "DELETE"}
    return {"msg_id": job["msg_id"], "msg_status": words.get(job["status"], "SEND_FAIL")}


@post("/cgi-bin/message/mass/delete")
def delete(world: World, asked: Asked) -> Json:
    """Take its page down; what was sent stays in the chats."""
    job = job_of(world, asked)
    job["status"] = "deleted"
    for article in world.articles.values():
        if article.publish_id == str(job["msg_id"]):
            article.deleted = True
    return OK


@post("/cgi-bin/message/mass/preview")
def preview(world: World, asked: Asked) -> Json:
    """Show one follower how it would look; 100 a day."""
    kind = asked.text("msgtype", 40008)
    content = asked.body.get(kind)
    if not isinstance(content, dict):
        raise Refused(47001)
    person = world.person_by_openid(asked.text("touser", 40003))
    if person is None or not person.following:
        raise Refused(40003)
    if world.used["/cgi-bin/message/mass/preview", world.clock.now() // DAY] > PREVIEWS:
        raise Refused(45009)
    news = news_in(world, kind, content)
    made = print_articles(world, news, asked.base_url, "preview")
    text = str(content.get("content", "")) if kind == "text" else str(news[0]["title"]) if news else ""
    about = {key: value for key, value in content.items() if key != "content"}
    world.show(person, "in", "mass", kind, text, **about, **card(world, asked, made), preview=True)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": world.message_id()}
