"""(c) WeRoBot's echo, without its session storage."""

import os
from typing import Any

from werobot import WeRoBot


def app() -> Any:
    """WeRoBot's own WSGI application (Bottle)."""
    robot = WeRoBot(
        token=os.environ["BENCH_TOKEN"],
        app_id=os.environ["BENCH_APP_ID"],
        encoding_aes_key=os.environ["BENCH_AES_KEY"],
        enable_session=False,
    )

    def echo(message: Any) -> str:
        return str(message.content) if message.type == "text" else "收到"

    robot.add_handler(echo)  # what the decorator of its documentation does
    return robot.wsgi
