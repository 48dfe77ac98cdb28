"""A web page opened inside WeChat: who opens it is told to the page by an OAuth code (snsapi_base)."""

from html import escape
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.push import Pusher
from simulator.state import Person, World
from simulator.users import new_code

COOKIE = "sim_person"


def with_code(target: str, code: str, state: str) -> str:
    """The page's address with the code; what it already asks for is kept."""
    parts = urlsplit(target)
    query = "&".join(filter(None, [parts.query, urlencode({"code": code, "state": state})]))
    return urlunsplit(parts._replace(query=query))


def choose(people: list[Person]) -> Response:
    """Nobody is known to hold this phone: let them say who they are."""
    links = "".join(
        f'<p><a href="{escape(request.full_path)}&amp;{COOKIE}={escape(person.key)}">'
        f"{escape(person.name)}（{escape(person.role)}）</a></p>"
        for person in people
    )
    head = '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return Response(f"{head}<title>选择身份</title><h1>以谁的身份打开？</h1>{links}")


def attach(app: Flask, world: World, pusher: Pusher) -> None:
    """Give the app the authorisation address."""

    def authorize() -> AnyResponse:
        if request.args.get("appid") != world.account.appid or request.args.get("response_type") != "code":
            return Response("Oops! Something went wrong:( appid 或 response_type 不对", 400)
        target = request.args.get("redirect_uri", "")
        if urlsplit(target).scheme not in {"http", "https"}:
            return Response("redirect_uri 参数错误", 400)
        key = request.args.get(COOKIE) or unquote(request.cookies.get(COOKIE, ""))
        with world.lock:
            person = world.people.get(key)
            if person is None:
                return choose(list(world.people.values()))
            code = new_code(world, person)
        return redirect(with_code(target, code, request.args.get("state", "")))

    app.add_url_rule("/connect/oauth2/authorize", "authorize", authorize)
