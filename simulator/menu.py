"""The account's menu: one to three buttons, each with up to five below."""

from typing import Any

from simulator.calls import Asked, get, post
from simulator.errors import Refused
from simulator.state import Json, World

KEYED = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
     "location_select"}
)  # fmt: skip
OTHER = {"view": "url", "miniprogram": "url", "media_id": "media_id", "view_limited": "media_id",
         "article_id": "article_id", "article_view_limited": "article_id"}  # fmt: skip


def too_long(value: Any, largest: int) -> bool:
    """Not a text, empty, or over so many bytes."""
    return not isinstance(value, str) or not value or len(value.encode()) > largest


def check_leaf(button: Json, *, below: bool) -> None:
    """Refuse a button that does something wrong; errcodes for buttons below are others."""
    kind = button.get("type")
    if kind in KEYED:
        if too_long(button.get("key"), 128):
            raise Refused(40026 if below else 40019)
    elif kind in OTHER:
        if too_long(button.get(OTHER[kind]), 1024):
            raise Refused(40027 if below else 40020)
        if kind == "miniprogram" and not (button.get("appid") and button.get("pagepath")):
            raise Refused(40035)
    else:
        raise Refused(40024 if below else 40017)


def check_button(button: Any, *, below: bool = False) -> None:
    """Refuse a wrong button, and wrong ones below it."""
    if not isinstance(button, dict):
        raise Refused(47001)
    if too_long(button.get("name"), 60 if below else 16):
        raise Refused(40025 if below else 40018)
    under = button.get("sub_button")
    if not under:
        check_leaf(button, below=below)
        return
    if below or not isinstance(under, list) or len(under) > 5:
        raise Refused(40023)
    for each in under:
        check_button(each, below=True)


@post("/cgi-bin/menu/create")
def create(world: World, asked: Asked) -> Json:
    """Replace the whole menu."""
    buttons = asked.body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(40016)
    for button in buttons:
        check_button(button)
    world.menu_id += 1
    world.menu = {"button": [{**button, "sub_button": button.get("sub_button", [])} for button in buttons]}
    return {"errcode": 0, "errmsg": "ok"}


@get("/cgi-bin/menu/get")
def read(world: World, asked: Asked) -> Json:
    """The menu as it was made."""
    if world.menu is None:
        raise Refused(46003)
    return {"menu": {**world.menu, "menuid": 400_000_000 + world.menu_id}}


@get("/cgi-bin/menu/delete")
def delete(world: World, asked: Asked) -> Json:
    """No menu any more."""
    world.menu = None
    return {"errcode": 0, "errmsg": "ok"}
