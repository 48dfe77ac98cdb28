"""The composition root: puts the parts together, the only file that knows them all, the only clock."""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from random import SystemRandom

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

import commands.audit
import commands.boards
import commands.cases
import commands.database
import commands.menu
import commands.notifications
import commands.registry
import commands.serve
import config
from bot.access_token import DatabaseTokens
from bot.cipher import Door
from bot.conversation import Dispatcher
from bot.webhook import webhook
from bot.wechat import WeChat
from handlers import notices, speech, texts
from models.engine import make_engine
from scheduler import deliver, fetch
from scheduler.drafts import end_silent_drafts
from scheduler.leader import Leader
from scheduler.ratings import close_ratings
from scheduler.tidy import tidy
from scheduler.timetable import Jobs, timetable
from scheduler.workers import Workers, make_queue
from services import evidence
from services.case_links import CaseLinks
from services.desk import Desk, Work
from services.discreet_log import DiscreetFormatter
from services.links import View
from services.notifications import Envelope, anything_due
from services.photo_store import PhotoStore
from services.rulebook import rulebook_from
from services.secrets import signing_key
from web.case_page import case_pages
from web.health import health_pages

HERE = Path(__file__).parent


def clock() -> datetime:
    """The only place that reads the time."""
    return datetime.now(UTC)  # noqa: TID251


class Heshao:
    """One installation: every part made when it is first needed, so that a command needs no more than its own."""

    def __init__(self, path: Path, environment: Mapping[str, str], patience: float = 20) -> None:
        self._patience = patience
        self._path = path
        self._environment = environment

    @cached_property
    def config(self) -> config.Config:
        return config.load(self._path, self._environment)

    def log_to_stderr(self) -> None:
        """One line an event, on standard error."""
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.basicConfig(level=self.config.logging.level.upper(), handlers=[handler])
        for noisy in ("apscheduler", "huey", "alembic"):
            logging.getLogger(noisy).setLevel(logging.WARNING)

    @cached_property
    def engine_url(self) -> str:
        return self.config.database.url

    @cached_property
    def desk(self) -> Desk:
        links = CaseLinks(self.config.server.public_url, self._signing_key)
        return Desk(
            make_engine(self.engine_url, self._patience),
            clock,
            rulebook_from(self.config),
            SystemRandom(),
            self.wake,
            links,
            self._patience,
        )

    def _signing_key(self) -> str:
        return self.desk.do(signing_key)

    @cached_property
    def wechat(self) -> WeChat:
        account = self.config.wechat.account
        return WeChat(
            account.app_id,
            account.app_secret,
            api_base=self.config.wechat.api_base,
            open_base=self.config.wechat.open_base,
            tokens=DatabaseTokens(self.desk.engine, clock),
            clock=clock,
        )

    @cached_property
    def store(self) -> PhotoStore:
        return PhotoStore(self.config.photos.url)

    @cached_property
    def door(self) -> Door:
        account = self.config.wechat.account
        return Door(
            account.token,
            account.app_id,
            account.encoding_aes_key,
            account.previous_encoding_aes_key,
            self.config.wechat.freshness_seconds,
            plain=self.config.wechat.accept_plain,
        )

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return speech.dispatcher()

    @cached_property
    def postman(self) -> deliver.Postman:
        hotline = self.config.district.hotline
        wording = deliver.Wording(
            sentence=lambda envelope, link: notices.sentence(envelope, link, hotline),
            keywords=lambda envelope, fields, now: notices.keywords(envelope, fields, now, hotline),
            link=self._link,
        )
        templates = {str(notice): template for notice, template in self.config.wechat.templates.items()}
        return deliver.Postman(self.desk, self.wechat, templates, wording)

    def _link(self, envelope: Envelope) -> str:
        """The address this message leads to: fresh, for this person, in the capacity they are told in."""
        if envelope.case_id is None:
            return self.config.server.public_url
        view = View(envelope.sentence.partition("_")[0])
        return self.desk.links.address(envelope.case_id, envelope.moves, view, envelope.viewer, clock())

    @cached_property
    def workers(self) -> Workers:
        duties = {
            "deliver": lambda: deliver.deliver(self.postman),
            "photos": lambda: fetch.fetch_evidence(self.desk, self.wechat, self.store),
        }
        return Workers(make_queue(self.config.queue.url), duties)

    def wake(self, name: str) -> None:
        """Wake the workers of this name, wherever they run."""
        self.workers.wake(name)

    def _wake_if(self, name: str, due: Callable[[Work], bool]) -> None:
        if self.desk.look(due):
            self.wake(name)

    @cached_property
    def leader(self) -> Leader:
        return Leader(self.desk)

    def jobs(self) -> Jobs:
        """What the timetable does: the two frequent ones only look, and wake a worker where something is due."""
        return Jobs(
            deliver=lambda: self._wake_if("deliver", anything_due),
            photos=lambda: self._wake_if("photos", evidence.anything_due),
            drafts=lambda: end_silent_drafts(self.desk),
            ratings=lambda: close_ratings(self.desk),
            tidy=lambda: tidy(self.desk),
        )

    def clock(self) -> BackgroundScheduler:
        """The timetable of this process."""
        return timetable(self.jobs(), self.leader)


ANSWER_WITHIN = 2.0
"""Seconds the web door waits for its turn and again for SQLite's: together inside WeChat's five."""


def parts(patience: float = 20) -> Heshao:
    """The installation named by HESHAO_CONFIG (default config.toml) and HESHAO__… overrides.

    `patience`: seconds to wait for a turn at a busy SQLite database.
    """
    return Heshao(Path(os.environ.get("HESHAO_CONFIG", "config.toml")), os.environ, patience)


def create_app(heshao: Heshao | None = None) -> Flask:
    """The Flask application with its `flask …` commands; no configuration is read before it is needed."""
    app = Flask(__name__, static_folder=None, template_folder=str(HERE / "web" / "templates"))
    app.extensions["heshao"] = heshao or parts()
    for group in (
        commands.database.db, commands.registry.registry, commands.boards.boards, commands.cases.cases,
        commands.notifications.notifications, commands.audit.audit, commands.menu.menu,
        commands.serve.work, commands.serve.serve,
    ):  # fmt: skip
        app.cli.add_command(group)
    return app


def web(heshao: Heshao | None = None) -> Flask:
    """The web door with all its pages, as the WSGI server loads it."""
    app = create_app(heshao or parts(ANSWER_WITHIN))
    whole: Heshao = app.extensions["heshao"]
    whole.log_to_stderr()
    app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024
    app.register_blueprint(webhook(whole.door, whole.desk, whole.dispatcher, whole.desk.random, texts.BUSY))
    app.register_blueprint(case_pages(whole.desk, whole.store, whole.desk.links.signer))
    app.register_blueprint(health_pages(whole.desk))
    return app
