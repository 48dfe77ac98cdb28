"""A small typed client for tests and stories: people who talk to the account through the stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import requests

TIMEOUT = 120


class Refusal(Exception):
    """The stand-in could not do it; the message says why."""


class Platform:
    """The stand-in at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, method: str, path: str, **how: Any) -> Any:
        """One request to the control API; its JSON, or a Refusal."""
        answer = requests.request(method, f"{self.url}/_sim/{path}", timeout=TIMEOUT, **how)
        if not answer.ok:
            raise Refusal(answer.json().get("error", answer.text))
        return answer.json()

    def person(self, key: str, **about: Any) -> Someone:
        """The person of this key; made (as a follower) if nobody has it. `about`: name, openid, role …"""
        return Someone(self, self.ask("POST", "people", json={"key": key, **about}))

    def advance(self, seconds: int) -> int:
        """Let the world's clock run ahead."""
        return int(self.ask("POST", "clock", json={"advance": seconds})["now"])

    def start_at(self, epoch: int) -> int:
        """Set the world's clock."""
        return int(self.ask("POST", "clock", json={"start_at": epoch})["now"])

    def stand_still(self, still: bool = True) -> int:
        """Let the world's clock move only by `advance`."""
        return int(self.ask("POST", "clock", json={"stand_still": still})["now"])

    def account(self, **changes: Any) -> dict[str, Any]:
        """Change webhook, mode, ip_whitelist, messages_per_conversation, any_template or real_timestamps."""
        changed: dict[str, Any] = self.ask("POST", "account", json=changes)
        return changed

    def rotate_aes_key(self, aes_key: str | None = None) -> str:
        """A new EncodingAESKey; the old one becomes the previous."""
        return str(self.ask("POST", "aes_key", json={"aes_key": aes_key})["aes_key"])

    def template(self, template_id: str, title: str = "", kind: str = "template", **fields: str) -> None:
        """Declare a template with its keywords and labels; without any, every keyword is taken."""
        given = {"id": template_id, "title": title, "kind": kind, "fields": fields, "any": not fields}
        self.ask("POST", "templates", json=given)

    def breaks(self, name: str, **settings: Any) -> int:
        """Inject a fault of the catalogue; returns its number."""
        return int(self.ask("POST", "faults", json={"name": name, **settings})["id"])

    def mends(self, fault: int | None = None) -> None:
        """End one fault, or all."""
        self.ask("DELETE", "faults", params={} if fault is None else {"id": fault})

    def limit(self, path: str, daily: int) -> None:
        """The daily limit of an API call."""
        self.ask("POST", "limits", json={"path": path, "daily": daily})

    def settle(self, timeout: float = 30.0) -> bool:
        """Wait until no push is under way."""
        return bool(self.ask("POST", "settle", params={"timeout": timeout})["settled"])

    def verify(self) -> bool:
        """Whether the webhook passes the platform's address check."""
        return bool(self.ask("POST", "verify")["verified"])

    def pushes(self, since: int = 0) -> list[dict[str, Any]]:
        """All pushes with attempts, verdict and reply."""
        lines: list[dict[str, Any]] = self.ask("GET", "pushes", params={"since": since})
        return lines

    def calls(self, since: int = 0, path: str = "") -> list[dict[str, Any]]:
        """All API calls the product made, with their errcode."""
        lines: list[dict[str, Any]] = self.ask("GET", "calls", params={"since": since})
        return [line for line in lines if line["path"].startswith(path)]

    def articles(self, *, deleted: bool = False) -> list[dict[str, Any]]:
        """What was published, sent to all or previewed, the newest first: word, url, channel, at, news, article_id,
        publish_id, deleted."""
        lines: list[dict[str, Any]] = self.ask("GET", "articles")
        return [line for line in lines if deleted or not line["deleted"]]

    def read(self, url: str) -> str:
        """An article's page, or a picture's address, as a reader opens it: its HTML."""
        return requests.get(url, timeout=TIMEOUT).text

    def push_xml(self, openid: str, xml: str) -> dict[str, Any]:
        """Push this very XML, properly signed and sealed."""
        result: dict[str, Any] = self.ask("POST", "push", json={"openid": openid, "xml": xml})
        return result

    def push_raw(self, body: str, query: dict[str, str]) -> dict[str, Any]:
        """POST any body with any query to the webhook."""
        result: dict[str, Any] = self.ask("POST", "push", json={"body": body, "query": query})
        return result

    def state(self) -> dict[str, Any]:
        """The account, its menu, people, codes, templates and faults."""
        result: dict[str, Any] = self.ask("GET", "state")
        return result


class Someone:
    """A person with WeChat; what they do returns the passive reply's text, or None."""

    def __init__(self, platform: Platform, about: dict[str, Any]) -> None:
        self.platform = platform
        self.key = str(about["key"])
        self.name = str(about["name"])
        self.openid = str(about["openid"])

    def does(self, gesture: str, **given: Any) -> str | None:
        """Any gesture of the control API; the last reply's text."""
        return self._replies(gesture, json=given)[-1]

    def _replies(self, gesture: str, **how: Any) -> list[str | None]:
        replies: list[str | None] = self.platform.ask("POST", f"people/{self.key}/{gesture}", **how)[
            "replies"
        ]
        return replies

    @staticmethod
    def _files(several: Sequence[bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
        return [("file", (f"{n}.jpg", data, "image/jpeg")) for n, data in enumerate(several)]

    def says(self, text: str) -> str | None:
        return self.does("text", content=text)

    def sends_photos(self, photos: Sequence[bytes]) -> list[str | None]:
        """All at once; one reply for each, in the order given."""
        return self._replies("images", files=self._files(photos))

    def sends_photo(self, photo: bytes) -> str | None:
        return self.sends_photos([photo])[0]

    def sends_location(self, lat: float, lng: float, label: str = "", datum: str = "gcj02") -> str | None:
        """GCJ-02 as WeChat sends it; `datum="wgs84"` is converted first."""
        return self.does("location", lat=lat, lng=lng, label=label, datum=datum)

    def sends_voice(self, recognition: str | None = None, data: bytes | None = None) -> str | None:
        form = {} if recognition is None else {"recognition": recognition}
        if data is None:
            return self.does("voice", **form)
        return self._replies("voice", data=form, files=[("file", ("voice.amr", data, "audio/amr"))])[-1]

    def sends_video(self, data: bytes = b"\x00\x00\x00\x18ftypmp42", *, short: bool = False) -> str | None:
        files = [("file", ("video.mp4", data, "video/mp4"))]
        return self._replies("video", data={"short": "1" if short else "0"}, files=files)[-1]

    def sends_link(self, title: str, url: str, description: str = "") -> str | None:
        return self.does("link", title=title, url=url, description=description)

    def sends_sticker(self) -> str | None:
        return self.does("sticker")

    def answers(self, choice: str, text: str) -> str | None:
        """Tap a line of a msgmenu."""
        return self.does("answer", id=choice, content=text)

    def scans(self, scene: str) -> str | None:
        return self.does("scan", scene=scene)

    def clicks(self, key: str) -> str | None:
        """Tap a menu button of type click."""
        return self.does("tap", type="click", key=key)

    def opens(self, url: str) -> str | None:
        """Tap a menu button of type view."""
        return self.does("tap", type="view", url=url)

    def clicks_photos(
        self, key: str, photos: Sequence[bytes], kind: str = "pic_photo_or_album"
    ) -> list[str | None]:
        """Tap a photo button: the event's reply, then one for each photo."""
        return self._replies("tap", data={"type": kind, "key": key}, files=self._files(photos))

    def clicks_location(self, key: str, lat: float, lng: float, label: str = "") -> list[str | None]:
        """Tap a location button: the event's reply, then the location's."""
        return self._replies(
            "tap", json={"type": "location_select", "key": key, "lat": lat, "lng": lng, "label": label}
        )

    def subscribes(self, template_id: str, *, accept: bool = True, long_term: bool = False) -> str | None:
        """Answer the question whether a subscription notice may come."""
        return self.does("subscribe", template=template_id, accept=accept, long_term=long_term)

    def follows(self) -> str | None:
        return self.does("follow")

    def unfollows(self) -> str | None:
        return self.does("unfollow")

    def inbox(self, since: int = 0) -> list[dict[str, Any]]:
        """What reached this phone: kind reply, customer_service, template, subscribe, mass or system."""
        lines: list[dict[str, Any]] = self.platform.ask(
            "GET", f"people/{self.key}/inbox", params={"since": since}
        )
        return lines

    def last(self) -> int:
        """The newest line's number: a cursor for `inbox`."""
        return int(self.platform.ask("GET", f"people/{self.key}")["last"])
