"""The product's side in these tests: a webhook that answers as told, and a caller of the API."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import requests
from defusedxml.ElementTree import fromstring
from werkzeug.wrappers import Request, Response

from simulator.state import Account

PACE = 0.6  # seconds in place of WeChat's five


def reply_to(message: Element, text: str) -> str:
    """A text reply in plain mode."""
    to, source = message.findtext("FromUserName"), message.findtext("ToUserName")
    return (
        f"<xml><ToUserName>{to}</ToUserName><FromUserName>{source}</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType>text</MsgType><Content><![CDATA[{text}]]></Content></xml>"
    )


def echo(message: Element) -> str:
    """Say what was said."""
    return reply_to(message, f"收到：{message.findtext('Content') or message.findtext('MsgType')}")


@dataclass
class Webhook:
    """What came in, and what is answered."""

    url: str = ""
    answer: Callable[[Element], str] = echo
    sealed: Callable[[Request], Response] | None = None  # takes over, for encrypted modes
    received: list[Element] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.moments.append(time.monotonic())
        self.queries.append(request.args.to_dict())
        if request.method == "GET":
            response = Response(request.args["echostr"])
        elif self.sealed is not None:
            response = self.sealed(request)
        else:
            message = fromstring(request.get_data())
            self.received.append(message)
            response = Response(self.answer(message))
        return response(environ, start_response)


class Door:
    """Where the stand-in knocks: whichever webhook stands behind it now."""

    def __init__(self) -> None:
        self.url = ""
        self.webhook = Webhook()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.webhook(environ, start_response)


@dataclass
class Product:
    """The product's side of the API: calls with a token."""

    url: str
    account: Account
    token: str = ""

    def new_token(self) -> dict[str, Any]:
        query = {
            "grant_type": "client_credential",
            "appid": self.account.appid,
            "secret": self.account.secret,
        }
        return self.get("token", **query)

    def renew(self) -> None:
        """Take the token that works now."""
        self.token = str(self.stable_token()["access_token"])

    def stable_token(self, **more: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": self.account.appid, "secret": self.account.secret}
        return self.post("stable_token", {**body, **more})

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """A GET call; its JSON."""
        answer = self.raw("GET", path, params=query)
        data: dict[str, Any] = answer.json()
        return data

    def post(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        """A JSON call, UTF-8 without escapes, as the platform wants it."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        data: dict[str, Any] = self.raw("POST", path, data=raw, params=query).json()
        return data

    def raw(
        self, method: str, path: str, params: dict[str, str] | None = None, **how: Any
    ) -> requests.Response:
        query = {"access_token": self.token, **(params or {})} if self.token else params or {}
        return requests.request(method, f"{self.url}/cgi-bin/{path}", params=query, timeout=10, **how)
