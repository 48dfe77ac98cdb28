"""The control API's gestures: what a person can be told to do, each from its JSON or form."""

import base64
import io
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image
from werkzeug.datastructures import FileStorage

from simulator import samples
from simulator.coordinates import gcj02
from simulator.phone import Phone, Picture
from simulator.state import Exchange, Json

VOICE = b"#!AMR\n" + bytes(range(32)) * 8
VIDEO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)

Files = list[FileStorage]
Gesture = Callable[[Phone, Mapping[str, Any], Files], list[Exchange]]


def truth(value: object) -> bool:
    """A switch from JSON or from a form."""
    return value is True or str(value).lower() in {"1", "true", "yes", "on"}


def compressed(data: bytes) -> bytes:
    """A picture as WeChat sends it without 原图: smaller, and without EXIF."""
    with Image.open(io.BytesIO(data)) as picture:
        upright = picture.convert("RGB")
        upright.thumbnail((1440, 1440))
        written = io.BytesIO()
        upright.save(written, "JPEG", quality=80)
    return written.getvalue()


def pictures(given: Mapping[str, Any], files: Files) -> list[Picture]:
    """The pictures of a gesture: uploaded, in base64, or built-in samples by name."""
    raw = [file.read() for file in files]
    raw += [base64.b64decode(text) for text in given.get("base64", [])]
    names = given.get("samples", [])
    raw += [samples.photo(name) for name in (names.split(",") if isinstance(names, str) else names) if name]
    if not raw:
        raise ValueError("没有图片")
    if given.get("original") is not None and not truth(given["original"]):
        raw = [compressed(data) for data in raw]
    return [Picture(data) for data in raw]


def place(given: Mapping[str, Any]) -> tuple[float, float, str]:
    """Latitude, longitude (GCJ-02, or converted from `datum` wgs84) and label."""
    lat, lng = float(given["lat"]), float(given["lng"])
    if str(given.get("datum", "gcj02")).lower() in {"wgs84", "wgs-84"}:
        lat, lng = gcj02(lat, lng)
    return lat, lng, str(given.get("label", ""))


def first_bytes(files: Files, default: bytes) -> bytes:
    return files[0].read() if files else default


def voice(phone: Phone, given: Mapping[str, Any], files: Files) -> list[Exchange]:
    recognition = given.get("recognition")
    return phone.send_voice(first_bytes(files, VOICE), None if recognition is None else str(recognition))


def tap(phone: Phone, given: Mapping[str, Any], files: Files) -> list[Exchange]:
    """Tap a menu button, given as {type, key or url} with what the button asks for."""
    kind, key = str(given.get("type", "click")), str(given.get("key", ""))
    if kind == "click":
        return phone.click(key)
    if kind == "view":
        return phone.view(str(given.get("url", "")))
    if kind.startswith("pic_"):
        return phone.click_pictures(kind, key, pictures(given, files))
    if kind == "location_select":
        return phone.click_place(key, *place(given))
    if kind.startswith("scancode_"):
        return phone.click_scan(kind, key, str(given.get("result", "")))
    raise ValueError(f"按钮类型 {kind} 不向服务器推送")


GESTURES: dict[str, Gesture] = {
    "follow": lambda phone, given, files: phone.follow(),
    "unfollow": lambda phone, given, files: phone.unfollow(),
    "scan": lambda phone, given, files: phone.scan(str(given["scene"])),
    "text": lambda phone, given, files: phone.say(str(given["content"])),
    "answer": lambda phone, given, files: phone.answer(str(given["id"]), str(given["content"])),
    "images": lambda phone, given, files: phone.send_pictures(pictures(given, files)),
    "voice": voice,
    "video": lambda phone, given, files: phone.send_video(
        first_bytes(files, VIDEO), short=truth(given.get("short", False))
    ),
    "location": lambda phone, given, files: phone.send_place(*place(given)),
    "link": lambda phone, given, files: phone.send_link(
        str(given["title"]), str(given.get("description", "")), str(given["url"])
    ),
    "sticker": lambda phone, given, files: phone.send_sticker(),
    "tap": tap,
    "enter": lambda phone, given, files: phone.enter(*place(given)[:2]),
    "subscribe": lambda phone, given, files: phone.subscribe(
        str(given["template"]),
        accept=truth(given.get("accept", True)),
        long_term=truth(given.get("long_term", False)),
    ),
}


def told(exchanges: list[Exchange]) -> Json:
    """What came of a gesture, for the caller."""
    lines = [
        {"push": each.id, "event": each.event, "verdict": each.verdict, "reason": each.reason,
         "reply": each.reply, "text": each.reply["text"] if each.reply else None}
        for each in exchanges
    ]  # fmt: skip
    return {"exchanges": lines, "replies": [line["text"] for line in lines]}
