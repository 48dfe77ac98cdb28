"""The platform's door for API calls: faults, quotas, tokens and methods first, then the call itself."""

import json
import re
import socket
import struct
from collections.abc import Iterator

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException

from simulator import customer_service, mass, media, menu, publishing, qr, quota, templates, tokens, users
from simulator.calls import CALLS, Asked, Declared, File, Upload
from simulator.errors import Refused, answer_of
from simulator.faults import Fault
from simulator.push import Pusher
from simulator.state import Call, Json, World

MODULES = (
    customer_service,
    mass,
    media,
    menu,
    publishing,
    qr,
    quota,
    templates,
    tokens,
    users,
)  # they declare calls
HTML = "<!DOCTYPE html><html><title>502 Bad Gateway</title><body><center>nginx</center></body></html>"
ESCAPED = re.compile(rb"\\u[0-9a-fA-F]{4}")
SECRET = re.compile(r"secret|token")
JSON_TYPE = "application/json; encoding=utf-8"


def read_json(raw: bytes) -> Json:
    """The body of a JSON call, as strict as the platform about escapes."""
    if not raw.strip():
        raise Refused(44002)
    if ESCAPED.search(raw):
        raise Refused(40033)
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refused(47001) from None
    if not isinstance(body, dict):
        raise Refused(47001)
    return body


def asked_of(incoming: Request, declared: Declared, pusher: Pusher) -> Asked:
    """Everything a call brings; refuses the wrong method or body."""
    if declared.method == "POST" and incoming.method != "POST":
        raise Refused(43002)
    body = read_json(incoming.get_data()) if declared.body == "json" else {}
    uploads = {
        name: Upload(file.filename or "", file.mimetype, file.read())
        for name, file in (incoming.files.items() if declared.body == "files" else ())
    }
    return Asked(incoming.args.to_dict(), body, uploads, incoming.host_url.rstrip("/"), pusher)


def perform(world: World, path: str, declared: Declared, asked: Asked, faults: list[Fault]) -> Json | File:
    """One call under the lock: refusals by fault come first, as an overloaded platform's would."""
    for fault in faults:
        if fault.does == "refuse":
            raise Refused(fault.code)
    quota.spend(world, path)
    if declared.needs_token:
        tokens.check(world, asked.query.get("access_token"))
    whitelist = world.account.ip_whitelist
    if declared.place == "token" and whitelist is not None and "127.0.0.1" not in whitelist:
        raise Refused(40164)
    return declared.function(world, asked)


def remember(world: World, path: str, asked: Json, errcode: int, faults: list[Fault]) -> None:
    """Keep the call in the log, without its secrets."""
    open_ = {name: value for name, value in asked.items() if not SECRET.search(name)}
    names = "、".join(fault.name for fault in faults)
    world.calls.append(Call(world.number(), world.clock.now(), request.method, path, open_, errcode, names))


def spoilt(response: Response, faults: list[Fault]) -> Response:
    """The answer after the faults that spoil answers."""
    for fault in faults:
        data = response.get_data()
        match fault.does:
            case "html":
                response = Response(HTML, 200, content_type="text/html")
            case "truncate":
                response.set_data(data[: max(1, len(data) // 2)])
            case "empty":
                response.set_data(b"")
            case "answer_lost":
                response = Response(hang_up(request.environ.get("werkzeug.socket")))
    return response


def hang_up(connection: socket.socket | None) -> Iterator[bytes]:
    """A body that is never sent: the connection is reset instead."""
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionResetError("故障：连接中断")
    yield b""


def as_response(result: Json | File) -> Response:
    if isinstance(result, File):
        response = Response(result.data, mimetype=result.mimetype)
        if result.name:
            response.headers["Content-disposition"] = f'attachment; filename="{result.name}"'
        return response
    return Response(json.dumps(result, ensure_ascii=False), content_type=JSON_TYPE)


def serve(world: World, pusher: Pusher, path: str) -> Response:
    """Answer one call of the platform's API."""
    declared = CALLS.get(path)
    openid = ""
    if declared and declared.body == "json":
        openid = str((request.get_json(force=True, silent=True) or {}).get("touser", ""))
    with world.lock:
        faults = world.faults.striking(declared.place if declared else "call", path, openid)
    for fault in faults:
        if fault.does == "slow":
            pusher.stopping.wait(fault.seconds)
    if any(fault.does == "http_500" for fault in faults):
        return Response("Internal Server Error", 500)
    if any(fault.does == "reset" for fault in faults):
        return Response(hang_up(request.environ.get("werkzeug.socket")))
    errcode, body = 0, dict(request.args)
    result: Json | File
    try:
        if declared is None:
            raise Refused(76021)
        asked = asked_of(request, declared, pusher)
        body |= asked.body or {name: upload.name for name, upload in asked.uploads.items()}
        with world.lock:
            result = perform(world, path, declared, asked, faults)
    except Refused as refused:
        errcode = refused.code
        with world.lock:
            tail = f"{world.random.getrandbits(32):08x}-{world.random.getrandbits(32):08x}"
            result = answer_of(refused, world.clock.now(), tail, request.remote_addr or "")
    with world.lock:
        remember(world, path, body, errcode, faults)
    for fault in faults:
        if fault.does == "answer_slow":
            pusher.stopping.wait(fault.seconds)
    return spoilt(as_response(result), faults)


def attach(app: Flask, world: World, pusher: Pusher) -> None:
    """Give the app the platform's addresses."""

    def call(path: str) -> Response:
        prefix = request.path.split("/")[1]
        return serve(world, pusher, f"/{prefix}/{path}")

    def picture(media_id: str) -> Response:
        with world.lock:
            medium = world.media.get(media_id)
        if medium is None:
            return Response("no such picture", 404)
        return Response(medium.data, mimetype=medium.mimetype)

    for prefix in ("cgi-bin", "sns"):
        app.add_url_rule(f"/{prefix}/<path:path>", prefix, call, methods=["GET", "POST"])
    app.add_url_rule("/mmbiz/<media_id>", "picture", picture)

    def as_json(problem: HTTPException) -> Response:
        return Response(json.dumps({"error": problem.description}, ensure_ascii=False), problem.code or 500)

    app.register_error_handler(HTTPException, as_json)
