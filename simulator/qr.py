"""QR codes with a scene: made by the account, shown as a picture, scanned by people."""

import io

import segno

from simulator.calls import Asked, File, get, post
from simulator.errors import Refused
from simulator.state import Json, Ticket, World

LONGEST = 2_592_000
ACTIONS = {"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}


def scene_of(action: str, scene: object) -> str:
    """The scene as text, within the platform's limits."""
    if not isinstance(scene, dict):
        raise Refused(40053)
    if action.endswith("STR_SCENE"):
        text = scene.get("scene_str")
        if not isinstance(text, str) or not 1 <= len(text) <= 64:
            raise Refused(40053)
        return text
    number = scene.get("scene_id")
    largest = 100_000 if action == "QR_LIMIT_SCENE" else 2**32 - 1
    if not isinstance(number, int) or not 1 <= number <= largest:
        raise Refused(40053)
    return str(number)


@post("/cgi-bin/qrcode/create")
def create(world: World, asked: Asked) -> Json:
    """A code, temporary (60 s unless said) or permanent."""
    action = asked.body.get("action_name")
    info = asked.body.get("action_info")
    if action not in ACTIONS or not isinstance(info, dict):
        raise Refused(40053)
    scene = scene_of(str(action), info.get("scene"))
    ticket = f"gQ{world.word(94)}"
    url = f"http://weixin.qq.com/q/02{world.word(20)}"
    if "LIMIT" in str(action):
        world.tickets[ticket] = Ticket(ticket, scene, url, None)
        return {"ticket": ticket, "url": url}
    seconds = asked.body.get("expire_seconds", 60)
    if not isinstance(seconds, int) or not 1 <= seconds <= LONGEST:
        raise Refused(40035)
    world.tickets[ticket] = Ticket(ticket, scene, url, world.clock.now() + seconds)
    return {"ticket": ticket, "expire_seconds": seconds, "url": url}


@get("/cgi-bin/showqrcode", needs_token=False)
def show(world: World, asked: Asked) -> File:
    """The picture of a code."""
    ticket = world.tickets.get(asked.query.get("ticket", ""))
    if ticket is None:
        raise Refused(40097)
    picture = io.BytesIO()
    segno.make(ticket.url, error="m", micro=False).save(picture, kind="png", scale=10, border=4)
    return File(picture.getvalue(), "image/png", "qrcode.png")
