"""The account's menu, and what the platform allows a menu to be."""

from collections.abc import Sequence
from typing import Any, TypeAlias

Button: TypeAlias = dict[str, Any]

REPORT = "REPORT"
PROGRESS = "PROGRESS"
HELP = "HELP"
TODO = "TODO"
SUMMARY = "SUMMARY"
JOIN = "JOIN"
RANKING = "RANKING"

_NEEDS = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
_BYTES = {"key": 128, "url": 1024}


class MenuRefused(Exception):
    """The platform would not take this menu; the message names the place and the limit."""


def menu() -> list[Button]:
    """Three buttons: to report, what became of mine, and the work of chiefs and the Office."""
    return checked(
        [
            _click("我要举报", REPORT),
            {
                "name": "我的上报",
                "sub_button": [
                    _click("办理进度", PROGRESS),
                    _click("考核排名", RANKING),
                    _click("使用帮助", HELP),
                ],
            },
            {
                "name": "河长工作",
                "sub_button": [
                    _click("待办事项", TODO),
                    _click("各镇汇总", SUMMARY),
                    _click("身份绑定", JOIN),
                ],
            },
        ]
    )


def checked(buttons: Sequence[Button]) -> list[Button]:
    """The same buttons, or MenuRefused with the place (1-based) where they break a limit."""
    if not 1 <= len(buttons) <= 3:
        raise MenuRefused(f"a menu has 1 to 3 buttons, not {len(buttons)}")
    for number, button in enumerate(buttons, 1):
        place = f"button {number}"
        if "sub_button" not in button:
            _check_button(button, place, 16)
            continue
        _check_name(button, place, 16)
        parts = button["sub_button"]
        if not 1 <= len(parts) <= 5:
            raise MenuRefused(f"{place} opens 1 to 5 buttons, not {len(parts)}")
        for part_number, part in enumerate(parts, 1):
            _check_button(part, f"{place}.{part_number}", 60)
    return list(buttons)


def _click(name: str, key: str) -> Button:
    return {"type": "click", "name": name, "key": key}


def _check_button(button: Button, place: str, name_bytes: int) -> None:
    _check_name(button, place, name_bytes)
    needs = _NEEDS.get(button.get("type", ""))
    if needs is None:
        raise MenuRefused(f"{place}: type {button.get('type')!r} is not known")
    for field in needs:
        value = button.get(field, "")
        if not value:
            raise MenuRefused(f"{place}: {field} is missing")
        if len(value.encode()) > _BYTES.get(field, 1024):
            raise MenuRefused(f"{place}: {field} has more than {_BYTES.get(field, 1024)} bytes")


def _check_name(button: Button, place: str, name_bytes: int) -> None:
    name = button.get("name", "")
    if not name or len(name.encode()) > name_bytes:
        raise MenuRefused(f"{place}: the name has 1 to {name_bytes} bytes: {name!r}")
