"""(a) The least a server can do: WSGI, verify, decrypt, echo, encrypt. No framework, no checks of the fields."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from bench.pushes import FIELD, Account

_SENDER = re.compile(r"<FromUserName><!\[CDATA\[([^\]]+)\]\]>")
_CONTENT = re.compile(r"<Content><!\[CDATA\[([^\]]+)\]\]>")


def app() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """The WSGI application, made as granian's --factory asks."""
    account = Account(os.environ["BENCH_APP_ID"], os.environ["BENCH_TOKEN"], os.environ["BENCH_AES_KEY"])

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not body:
            start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        message = account.opened_push(body, query)
        sender, content = _SENDER.search(message), _CONTENT.search(message)
        words = content[1] if content else "收到"
        reply = (
            f"<xml>{FIELD.format('ToUserName', sender[1] if sender else '')}"
            f"{FIELD.format('FromUserName', 'gh_bench')}<CreateTime>{query['timestamp']}</CreateTime>"
            f"{FIELD.format('MsgType', 'text')}{FIELD.format('Content', words)}</xml>"
        )
        sealed = account.sealed_answer(reply, query["timestamp"], query["nonce"])
        start_response("200 OK", [("Content-Type", "application/xml"), ("Content-Length", str(len(sealed)))])
        return [sealed]

    return answer
