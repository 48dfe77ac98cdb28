"""Customer-service messages: what may be sent to whom, how often, and until when."""

from simulator.calls import Asked, post
from simulator.errors import Refused
from simulator.state import Json, Person, Window, World

CONVERSATION = 48 * 3600
MOMENT = 60
AFTER_CLICK = 3
TEXT_BYTES = 2048


def open_window(world: World, person: Person, left: int, seconds: int) -> None:
    """A trigger: count and time become the larger of what is left and what it gives; nothing adds up."""
    now = world.clock.now()
    old = person.window if person.window and person.window.until > now else Window(0, 0)
    person.window = Window(max(old.until, now + seconds), max(old.left, left))


def person_spoke(world: World, person: Person) -> None:
    """The person sent a message."""
    open_window(world, person, world.account.messages_per_conversation, CONVERSATION)


def person_clicked(world: World, person: Person) -> None:
    """The person clicked the menu, scanned a code, or began to follow."""
    open_window(world, person, AFTER_CLICK, MOMENT)


def reachable(world: World, openid: str) -> Person:
    """The person, if a customer-service message may reach them now."""
    person = world.person_by_openid(openid)
    if person is None:
        raise Refused(40003)
    if not person.following or person.window is None or person.window.until <= world.clock.now():
        raise Refused(45015)
    if person.window.left <= 0:
        raise Refused(45047)
    return person


def medium(world: World, content: Json, name: str = "media_id") -> str:
    """A media_id that still exists."""
    media_id = str(content.get(name, ""))
    kept = world.media.get(media_id)
    if kept is None or (kept.expires is not None and kept.expires <= world.clock.now()):
        raise Refused(40007)
    return media_id


def compose(world: World, kind: str, content: Json) -> tuple[str, Json]:
    """The text and the further data of a message as the phone shows it."""
    match kind:
        case "text":
            text = content.get("content")
            if not isinstance(text, str) or not text:
                raise Refused(44004)
            if len(text.encode()) > TEXT_BYTES:
                raise Refused(45002)
            return text, {}
        case "image" | "voice":
            return f"[{'图片' if kind == 'image' else '语音'}]", {"media_id": medium(world, content)}
        case "video":
            return str(content.get("title", "[视频]")), {"media_id": medium(world, content)}
        case "music":
            return str(content.get("title", "[音乐]")), {"url": content.get("musicurl", "")}
        case "news":
            articles = content.get("articles") or []
            if len(articles) != 1:
                raise Refused(45008)
            return str(articles[0].get("title", "")), dict(articles[0])
        case "mpnewsarticle" | "mpnews":
            return "[图文]", dict(content)
        case "msgmenu":
            return menu_text(content), {"choices": content.get("list", [])}
        case "miniprogrampage":
            medium(world, content, "thumb_media_id")
            return str(content.get("title", "")), dict(content)
        case _:
            raise Refused(40008)


def menu_text(content: Json) -> str:
    """A menu of answers, as one text."""
    choices = content.get("list")
    if not isinstance(choices, list) or not choices:
        raise Refused(40035)
    lines = [content.get("head_content"), *(choice.get("content") for choice in choices)]
    return "\n".join(str(line) for line in [*lines, content.get("tail_content")] if line)


@post("/cgi-bin/message/custom/send")
def send(world: World, asked: Asked) -> Json:
    """Send one message inside the window; it costs one of what is left."""
    person = reachable(world, asked.text("touser", 40003))
    kind = asked.text("msgtype", 40008)
    content = asked.body.get(kind)
    if not isinstance(content, dict):
        raise Refused(47001)
    text, data = compose(world, kind, content)
    if person.window is not None:
        person.window.left -= 1
    world.show(person, "in", "customer_service", kind, text, **data)
    return {"errcode": 0, "errmsg": "ok"}


@post("/cgi-bin/message/custom/typing")
def typing(world: World, asked: Asked) -> Json:
    """“对方正在输入…”: needs an open window, costs nothing."""
    reachable(world, asked.text("touser", 40003))
    if asked.body.get("command") not in {"Typing", "CancelTyping"}:
        raise Refused(40035)
    return {"errcode": 0, "errmsg": "ok"}
