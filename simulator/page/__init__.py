"""The page to try everything: plain files, served as they are."""

import io
from pathlib import Path

from flask import Flask, Response, send_file, send_from_directory

from simulator import samples

HERE = Path(__file__).parent
FILES = {"style.css", "app.js", "wire.js", "phone.js", "chat.js", "sheets.js", "map.js", "drawer.js"}


def attach(app: Flask) -> None:
    """Give the app the page and its files."""

    def index() -> Response:
        return send_from_directory(HERE, "index.html")

    def file(name: str) -> Response:
        return send_from_directory(HERE, name) if name in FILES else Response("not found", 404)

    def sample(name: str) -> Response:
        if name not in samples.LABELS:
            return Response("not found", 404)
        return send_file(io.BytesIO(samples.photo(name)), mimetype="image/jpeg")

    app.add_url_rule("/", "index", index)
    app.add_url_rule("/page/<name>", "file", file)
    app.add_url_rule("/samples/<name>.jpg", "sample", sample)
