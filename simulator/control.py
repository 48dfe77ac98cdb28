"""The control API under /_sim/: people, gestures, clock, faults, and what has happened."""

import io
import secrets
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import requests
from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import FileStorage

from simulator import cast, samples, tokens
from simulator.crypto import key_bytes
from simulator.envelope import verification
from simulator.faults import CATALOGUE
from simulator.gestures import GESTURES, told
from simulator.phone import Impossible, Phone
from simulator.push import Pusher
from simulator.state import Json, Person, World

BUSY = 600  # seconds a client may wait for all pushes to end


class Control:
    """The functions behind the addresses; each takes the lock only as long as it needs."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self.world, self.pusher = world, pusher

    def person(self, key: str) -> Person:
        with self.world.lock:
            if key not in self.world.people:
                raise LookupError(f"没有这个人：{key}")
            return self.world.people[key]

    # -- people ---------------------------------------------------------------------------------------

    def people(self) -> Any:
        with self.world.lock:
            return [person.as_json() for person in self.world.people.values()]

    def add_person(self) -> Any:
        with self.world.lock:
            return cast.add_person(self.world, request.get_json()).as_json()

    def one_person(self, key: str) -> Any:
        return self.person(key).as_json()

    def chat(self, key: str) -> Any:
        """Both sides of a chat after line `since`."""
        since = request.args.get("since", 0, int)
        with self.world.lock:
            return [item.as_json() for item in self.person(key).chat if item.seq > since]

    def inbox(self, key: str) -> Any:
        """Everything that reached this phone after line `since`."""
        return [line for line in self.chat(key) if line["way"] == "in"]

    def act(self, key: str, gesture: str) -> Any:
        """A gesture; `wait=0` answers at once and lets the push run."""
        person = self.person(key)
        if gesture not in GESTURES:
            raise LookupError(f"没有这个动作：{gesture}")
        phone = Phone(self.world, self.pusher, person, request.host_url.rstrip("/"))
        files = request.files.getlist("file")
        given = request.form.to_dict() if not request.is_json else request.get_json()
        if request.args.get("wait") != "0":
            return told(GESTURES[gesture](phone, given, files))
        if gesture not in {"follow", "unfollow", "scan"} and not person.following:
            raise Impossible(f"{person.name}没有关注这个账号")
        kept = [(file.filename, file.read()) for file in files]

        def run() -> None:
            try:
                GESTURES[gesture](phone, given, reopened(kept))
            except (Impossible, LookupError, ValueError, TypeError, OSError) as problem:
                with self.world.lock:
                    self.world.show(person, "out", "system", "text", f"没有发出：{problem}")

        self.pusher.background(run)
        return {"exchanges": [], "replies": []}

    # -- the world ------------------------------------------------------------------------------------

    def state(self) -> Any:
        with self.world.lock:
            account = self.world.account
            return {
                "account": {"appid": account.appid, "mode": account.mode, "webhook": account.webhook,
                            "original_id": account.original_id, "any_template": account.any_template},
                "now": self.world.clock.now(), "people": self.people(), "menu": self.world.menu,
                "boards": self.world.boards, "map": self.world.map, "samples": samples.LABELS,
                "faults": [fault.as_json() for fault in self.world.faults.active],
                "templates": [asdict(template) for template in self.world.templates.values()],
                "tickets": [asdict(ticket) for ticket in self.world.tickets.values()],
            }  # fmt: skip

    def change_account(self) -> Any:
        """Any of webhook, mode, ip_whitelist, messages_per_conversation, any_template, real_timestamps."""
        given: Json = request.get_json()
        allowed = {
            "webhook",
            "mode",
            "ip_whitelist",
            "messages_per_conversation",
            "any_template",
            "real_timestamps",
        }
        if given.keys() - allowed:
            raise ValueError(f"不能改：{'、'.join(sorted(given.keys() - allowed))}")
        if given.get("mode", "safe") not in {"plain", "compatible", "safe"}:
            raise ValueError("mode 只能是 plain、compatible 或 safe")
        with self.world.lock:
            for name, value in given.items():
                setattr(self.world.account, name, value)
        return self.state()["account"]

    def rotate_key(self) -> Any:
        """A new EncodingAESKey, given or made; the old one becomes the previous."""
        given = (request.get_json(silent=True) or {}).get("aes_key")
        key = given or secrets.token_urlsafe(48).replace("-", "A").replace("_", "B")[:42] + "A"
        key_bytes(key)
        with self.world.lock:
            account = self.world.account
            account.previous_aes_key, account.aes_key = account.aes_key, key
            return {"aes_key": account.aes_key, "previous_aes_key": account.previous_aes_key}

    def clock(self) -> Any:
        """Read it, `advance` it by seconds, `start_at` a moment, or let it `stand_still`."""
        given = request.get_json(silent=True) or {}
        with self.world.lock:
            if "stand_still" in given:
                self.world.clock.stand_still(bool(given["stand_still"]))
            if "start_at" in given:
                self.world.clock.start_at(int(given["start_at"]))
            return {"now": self.world.clock.advance(int(given.get("advance", 0)))}

    def template(self) -> Any:
        with self.world.lock:
            cast.declare_template(self.world, request.get_json())
        return {"ok": True}

    def limit(self) -> Any:
        """Change the daily limit of a call: {"path", "daily"}."""
        given = request.get_json()
        with self.world.lock:
            self.world.limits[str(given["path"])] = int(given["daily"])
        return {"ok": True}

    # -- faults ---------------------------------------------------------------------------------------

    def faults(self) -> Any:
        with self.world.lock:
            return [fault.as_json() for fault in self.world.faults.active]

    def catalogue(self) -> Any:
        return [fault.as_json() for fault in CATALOGUE.values()]

    def inject(self) -> Any:
        """{"name": …, and any of code, seconds, copies, path, person, every, skip, times}."""
        given: Json = dict(request.get_json())
        with self.world.lock:
            if given.get("person"):
                given["person"] = self.person(given["person"]).openid
            fault = self.world.faults.inject(given.pop("name"), **given)
            if fault.does == "invalidate":
                tokens.invalidate_all(self.world)
            return fault.as_json()

    def clear_faults(self) -> Any:
        with self.world.lock:
            self.world.faults.clear(request.args.get("id", None, int))
        return {"ok": True}

    # -- what happened --------------------------------------------------------------------------------

    def pushes(self) -> Any:
        since = request.args.get("since", 0, int)
        with self.world.lock:
            return [asdict(exchange) for exchange in self.world.exchanges if exchange.id > since]

    def calls(self) -> Any:
        since = request.args.get("since", 0, int)
        with self.world.lock:
            return [asdict(call) for call in self.world.calls if call.seq > since]

    def articles(self) -> Any:
        """Everything readers can open (or could), the newest first."""
        with self.world.lock:
            found = sorted(self.world.articles.values(), key=lambda each: each.at, reverse=True)
            return [asdict(article) for article in found]

    def settle(self) -> Any:
        """Wait until no push is under way."""
        return {"settled": self.pusher.settle(min(BUSY, request.args.get("timeout", 30.0, float)))}

    def push_raw(self) -> Any:
        """Push any XML as it is: `xml` signed and sealed as usual, `body` with `query` untouched."""
        given = request.get_json()
        if "xml" in given:
            exchange = self.pusher.push_plaintext(str(given.get("openid", "")), str(given["xml"]))
            return told([exchange])
        with self.world.lock:
            webhook = self.world.account.webhook
        answer = requests.post(
            webhook, params=given.get("query", {}), data=str(given["body"]).encode(), timeout=30,
            headers={"Content-Type": "text/xml"}, allow_redirects=False,
        )  # fmt: skip
        return {"status": answer.status_code, "text": answer.text}

    def verify(self) -> Any:
        """Ask the webhook for the echostr, as the settings page does when the address is saved."""
        with self.world.lock:
            query = verification(self.world.account, self.world.clock.now(), self.world.random)
            webhook = self.world.account.webhook
        try:
            answer = requests.get(webhook, params=query, timeout=5, allow_redirects=False)
        except requests.RequestException as problem:
            return {"verified": False, "text": f"连不上服务器：{type(problem).__name__}"}
        return {
            "verified": answer.status_code == 200 and answer.text == query["echostr"],
            "text": answer.text[:500],
        }


def reopened(kept: list[tuple[str | None, bytes]]) -> list[FileStorage]:
    """Uploaded files again, after their request has ended."""
    return [FileStorage(io.BytesIO(data), name) for name, data in kept]


Function = Callable[..., Any]


def routes(control: Control) -> dict[str, Function]:
    """Method and address of everything one can ask for; `<…>` stands for one part of an address."""
    return {
        "GET state": control.state,
        "GET people": control.people,
        "POST people": control.add_person,
        "GET people/<key>": control.one_person,
        "GET people/<key>/chat": control.chat,
        "GET people/<key>/inbox": control.inbox,
        "POST people/<key>/<gesture>": control.act,
        "POST account": control.change_account,
        "POST aes_key": control.rotate_key,
        "GET clock": control.clock,
        "POST clock": control.clock,
        "POST templates": control.template,
        "POST limits": control.limit,
        "GET faults": control.faults,
        "GET faults/catalogue": control.catalogue,
        "POST faults": control.inject,
        "DELETE faults": control.clear_faults,
        "GET pushes": control.pushes,
        "GET calls": control.calls,
        "GET articles": control.articles,
        "POST settle": control.settle,
        "POST push": control.push_raw,
        "POST verify": control.verify,
    }


def find(table: dict[str, Function], method: str, path: str) -> Function:
    """The function for an address, its parts already given."""
    asked = path.split("/")
    for route, function in table.items():
        known_method, _, pattern = route.partition(" ")
        known = pattern.split("/")
        if known_method != method or len(known) != len(asked):
            continue
        pairs = list(zip(known, asked, strict=True))
        if all(name.startswith("<") or name == part for name, part in pairs):
            return partial(function, *(part for name, part in pairs if name.startswith("<")))
    raise LookupError(f"{method} /_sim/{path}")


def attach(app: Flask, world: World, pusher: Pusher) -> None:
    """Give the app the control addresses."""
    table = routes(Control(world, pusher))

    def control(path: str) -> Response:
        return answered(lambda: find(table, request.method, path)())

    app.add_url_rule("/_sim/<path:path>", "control", control, methods=["GET", "POST", "DELETE"])


def answered(work: Function) -> Response:
    """JSON out; what cannot be done comes back as its own sentence."""
    try:
        return jsonify(work())
    except LookupError as problem:
        response, status = jsonify(error=f"缺少或没有：{problem}"), 404
    except Impossible as problem:
        response, status = jsonify(error=str(problem)), 409
    except (ValueError, TypeError, OSError) as problem:
        response, status = jsonify(error=str(problem)), 400
    response.status_code = status
    return response
