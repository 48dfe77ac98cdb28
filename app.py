"""The composition root: puts the parts together, the only file that knows them all, the only clock."""

import gc
import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from random import SystemRandom

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from prometheus_client import CollectorRegistry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

import commands.admonitions
import commands.appeals
import commands.assessment
import commands.assessment_corrections
import commands.assessment_proof
import commands.assessment_year
import commands.audit
import commands.backup
import commands.boards
import commands.bulletin
import commands.calendar
import commands.cases
import commands.database
import commands.documents
import commands.examples  # gives `flask bulletin` its examples
import commands.extensions
import commands.figures
import commands.jobs
import commands.joint_actions
import commands.law_referrals
import commands.menu
import commands.notifications
import commands.open_list
import commands.orders
import commands.publications  # gives `flask bulletin` the rest of its commands
import commands.referrals
import commands.registry
import commands.rulebook
import commands.serve
import commands.whistles
import config
from bot.access_token import DatabaseTokens
from bot.cipher import Door
from bot.conversation import Dispatcher
from bot.pace import Pace
from bot.webhook import Sentences, Webhook
from bot.wechat import WeChat
from handlers import notices, speech, texts
from models.engine import make_engine
from scheduler import deliver, fetch
from scheduler.assess import assess
from scheduler.backup import back_up_nightly
from scheduler.calendar import follow_calendar
from scheduler.digest import send_digests
from scheduler.drafts import end_silent_drafts
from scheduler.leader import Leader
from scheduler.logbook import Job, Logbook
from scheduler.publish import publish_due
from scheduler.publish_steps import Printer
from scheduler.ratings import close_ratings
from scheduler.remind import remind
from scheduler.tidy import tidy
from scheduler.timetable import times, timetable
from scheduler.workers import Workers, make_queue
from services import editions, evidence
from services.backup_folder import BackupFolder
from services.bucket import BucketAccess
from services.case_links import CaseLinks
from services.delivery import Envelope, anything_due
from services.desk import Desk, Work
from services.event_log import log_events
from services.links import View
from services.photo_store import PhotoStore
from services.rulebook import rulebook_from
from services.secrets import signing_key
from web import door as web_door
from web.case_page import case_pages
from web.health import health_pages
from web.metrics import Readers, metrics_pages
from web.ranking import ranking_pages
from web.reply_times import ReplyTimes

HERE = Path(__file__).parent
log = logging.getLogger("heshao.app")


def clock() -> datetime:
    """The only place that reads the time."""
    return datetime.now(UTC)  # noqa: TID251


class Heshao:
    """One installation: every part made when it is first needed, so that a command needs no more than its own."""

    def __init__(
        self,
        path: Path,
        environment: Mapping[str, str],
        patience: float = 20,
        now: Callable[[], datetime] = clock,
        wall: Callable[[], datetime] | None = None,
    ) -> None:
        self._patience = patience
        self._now = now
        self._wall = wall or now
        self._path = path
        self._environment = environment

    @cached_property
    def config(self) -> config.Config:
        return config.load(self._path, self._environment)

    def log_to_stderr(self) -> None:
        """One line an event, on standard error, without this installation's secrets."""
        account = self.config.wechat.account
        database = make_url(self.config.database.url)
        secrets = (
            account.app_secret, account.token, account.encoding_aes_key, account.previous_encoding_aes_key,
            self.config.metrics.token, str(database.password or ""),
        )  # fmt: skip
        log_events(sys.stderr, self.config.logging.level, secrets)

    @cached_property
    def engine_url(self) -> str:
        return self.config.database.url

    @cached_property
    def desk(self) -> Desk:
        links = CaseLinks(self.config.server.public_url, self._signing_key)
        return Desk(
            make_engine(self.engine_url, self._patience),
            self._now,
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
            tokens=DatabaseTokens(self.desk.engine, self._wall),
            clock=self._wall,
        )

    @cached_property
    def store(self) -> PhotoStore:
        photos = self.config.photos
        access = BucketAccess(
            photos.endpoint, photos.region, photos.access_key, photos.secret_key, photos.path_style
        )
        return PhotoStore(photos.url, access)

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
        return deliver.Postman(self.desk, self.wechat, templates, wording, self._wall)

    def _link(self, envelope: Envelope) -> str:
        """The address this message leads to: fresh, for this person, in the capacity they are told in."""
        if envelope.case_id is None:
            return str(envelope.says.get("url", self.config.server.public_url))
        view = View(envelope.sentence.partition("_")[0])
        return self.desk.links.address(envelope.case_id, envelope.moves, view, envelope.viewer, self._wall())

    @cached_property
    def workers(self) -> Workers:
        duties = {
            name: partial(self.logbook.run, name, job)
            for name, job in self.jobs().items()
            if name in self._sweeps()
        }
        return Workers(make_queue(self.config.queue.url), duties)

    def wake(self, name: str) -> None:
        """Wake the workers of this name, wherever they run."""
        self.workers.wake(name)

    def _wake_if(self, name: str, due: Callable[[Work], bool]) -> int | None:
        """0: nothing is due; None: a worker was woken, and writes down itself what it did."""
        if not self.desk.look(due):
            return 0
        self.wake(name)
        return None

    @cached_property
    def leader(self) -> Leader:
        return Leader(self.desk)

    @cached_property
    def logbook(self) -> Logbook:
        return Logbook(self.desk, times(*self._set_times()))

    def jobs(self) -> dict[str, Job]:
        """What is done by name: by the timetable, the workers and `flask jobs run`."""
        nightly: dict[str, Job] = {"backup": self._back_up} if self.config.backup.at else {}
        return nightly | {
            "deliver": lambda: deliver.deliver(self.postman),
            "photos": lambda: fetch.fetch_evidence(self.desk, self.wechat, self.store),
            "remind": lambda: remind(self.desk),
            "digest": lambda: send_digests(self.desk),
            "assess": lambda: assess(self.desk),
            "drafts": lambda: end_silent_drafts(self.desk),
            "publish": lambda: publish_due(self.printer),
            "ratings": lambda: close_ratings(self.desk),
            "calendar": lambda: follow_calendar(self.desk),
            "tidy": lambda: tidy(self.desk, self.store),
        }

    @cached_property
    def printer(self) -> Printer:
        read = partial(commands.documents.picture_of, self.store)
        return Printer(
            self.desk, self.wechat, lambda desk, number: editions.made(desk, number, read), self._wall
        )

    def _back_up(self) -> int:
        kept = self.config.backup
        return back_up_nightly(self.desk, self.store, BackupFolder(Path(kept.folder)), kept.keep)

    def _sweeps(self) -> dict[str, Job]:
        """The two jobs that workers do: the timetable only looks, and wakes them where something is due."""
        return {
            "deliver": lambda: self._wake_if("deliver", anything_due),
            "photos": lambda: self._wake_if("photos", evidence.anything_due),
        }

    def get_ready(self) -> None:
        """Read what the first message would else wait for: the rivers, the calendar. A database that is not
        there yet is no reason not to start: /readyz says so."""
        try:
            self.desk.look(lambda work: (work.atlas, work.calendar))
        except DBAPIError:
            log.warning("the database does not answer yet")

    def clock(self) -> BackgroundScheduler:
        """The timetable of this process."""
        return timetable(self.jobs() | self._sweeps(), self.leader, self.logbook, *self._set_times())

    def _set_times(self) -> tuple[str, str, str]:
        """When the nightly backup, the morning's digests and last month's assessment are due."""
        config = self.config
        return config.backup.at, config.rules.messages.from_, config.assessment.draft_at

    def as_if(self, moment: datetime) -> "Heshao":
        """This installation with its clock standing still at `moment`; what is shared with others who work at
        the same time (leases, the platform's token) and what is handed to people goes by the real time."""
        return Heshao(self._path, self._environment, self._patience, lambda: moment, self._wall)


ANSWER_WITHIN = 1.8
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
        commands.calendar.calendar,
        commands.notifications.notifications, commands.audit.audit,
        commands.orders.orders, commands.admonitions.admonitions, commands.referrals.referrals,
        commands.whistles.whistles, commands.figures.figures, commands.rulebook.rulebook,
        commands.assessment.assessment, commands.bulletin.bulletin,
        commands.open_list.open_list, commands.open_list.circular, commands.menu.menu, commands.jobs.jobs,
        commands.serve.work, commands.serve.serve, commands.backup.backup, commands.backup.restore,
    ):  # fmt: skip
        app.cli.add_command(group)
    return app


def web(heshao: Heshao | None = None) -> Flask:
    """The web door with all its pages, /wechat among them, as any WSGI server takes it."""
    app = create_app(heshao or parts(ANSWER_WITHIN))
    whole: Heshao = app.extensions["heshao"]
    whole.log_to_stderr()
    counted = CollectorRegistry()
    server, talk = whole.config.server, whole.config.rules.conversation
    pace = Pace(talk.messages_per_minute, talk.messages_at_once)
    sentences = Sentences(busy=texts.BUSY, too_many=texts.TOO_MANY)
    webhook = Webhook(whole.door, whole.desk, whole.dispatcher, whole.desk.random, pace, sentences)
    times = ReplyTimes(webhook.before(app.wsgi_app), counted)
    app.wsgi_app = times  # type: ignore[method-assign]
    app.extensions["heshao.door"] = web_door.Door(webhook, app, times, server.threads)
    app.config["MAX_CONTENT_LENGTH"] = web_door.LARGEST_BODY
    app.register_blueprint(case_pages(whole.desk, whole.store, whole.desk.links.signer))
    app.register_blueprint(ranking_pages(whole.desk, whole.store))
    app.register_blueprint(health_pages(whole.desk))
    readers = Readers(whole.config.metrics.loopback, whole.config.metrics.token)
    app.register_blueprint(metrics_pages(whole.desk, counted, readers))
    whole.get_ready()
    return app


def door() -> web_door.Door:
    """The same as `flask serve` starts it under granian (RSGI)."""
    made: web_door.Door = web().extensions["heshao.door"]
    gc.freeze()  # what is loaded by now stays: it need not be looked through again and again
    return made
