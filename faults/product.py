"""The product on a rehearsal clock: the real composition root, made with another clock; nothing else differs.

Only this file knows of the clock's file: no setting of the product can shift its time.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

import app
from web.door import Door

CLOCK = "HESHAO_REHEARSAL_CLOCK"
"""The environment's name of the file that says by how many seconds this world runs ahead."""


def shifted(path: Path) -> Callable[[], datetime]:
    """The real time plus the seconds in the file, read anew each time: it may change at any moment."""
    return lambda: app.clock() + timedelta(seconds=float(path.read_text("ascii")))


def installation(patience: float = 20) -> app.Heshao:
    """The installation named by the environment, on the rehearsal clock."""
    return app.Heshao(
        Path(os.environ["HESHAO_CONFIG"]), os.environ, patience, shifted(Path(os.environ[CLOCK]))
    )


def door() -> Door:
    """The web door, as granian loads it."""
    made: Door = app.web(installation(app.ANSWER_WITHIN)).extensions["heshao.door"]
    return made


def create_app() -> Flask:
    """The application with its `flask …` commands: `flask --app faults.product work`."""
    return app.create_app(installation())
