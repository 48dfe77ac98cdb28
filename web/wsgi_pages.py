"""The pages behind the door: a request as WSGI applications (Flask) take it, and what they answered, whole."""

import sys
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

    from web.door import Scope


@dataclass(frozen=True)
class Page:
    """An answer: status, headers, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def page_of(application: "WSGIApplication", environ: "WSGIEnvironment") -> Page:
    """What the application answers. Raises what it raises before it has answered."""
    pieces, status, headers = run_wsgi_app(application, environ, buffered=True)
    return Page(int(status[:3]), [(name.lower(), value) for name, value in headers], b"".join(pieces))


def environ_of(scope: "Scope", body: bytes) -> "WSGIEnvironment":
    """The request in the words of PEP 3333."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            continue  # the body is here, whole
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
