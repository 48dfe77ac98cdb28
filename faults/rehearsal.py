"""The whole rehearsal: one plan played twice, undisturbed and disturbed, and what differs at the end."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import Engine, create_engine, text

from faults.campaign import Campaign, deal
from faults.comparison import Findings, compare
from faults.disk import Disk, disk
from faults.doubled import lost_answers
from faults.house import House, flask, house, prepare
from faults.ledger import Ledger
from faults.plan import FATES, Plan, draw
from faults.store import Store, store
from faults.talk import Tally
from faults.troubles import Servers, Trouble, possible
from models.engine import make_engine
from story.servers import PrivateServer, private_postgresql, private_redis

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What is to be rehearsed."""

    seed: int
    reports: int = 300
    people: int = 40
    engine: str = "sqlite"
    photos: str = "folder"
    """Or s3."""
    only: tuple[str, ...] = ()
    troubles: int = 60
    fates: tuple[str, ...] = tuple(FATES)
    births: int = 4
    pace: float = 5.0
    """The platform's five seconds."""
    lasts: float = 2.0
    """Seconds a trouble goes on, about."""
    pause: float = 1.0
    """Seconds between tries of people."""
    megabytes: int = 96
    long: bool = True
    """With the troubles for which a short rehearsal has no time."""


@dataclass
class Outcome:
    """How it went."""

    wish: Wish
    disk: str = ""
    cases: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    received: int = 0
    days: float = 0
    tally: Tally = field(default_factory=Tally)
    findings: Findings = field(default_factory=Findings)


@dataclass
class _Ground:
    """What both runs stand on."""

    folder: Path
    prepared: Path | None
    postgresql: PrivateServer | None
    redis: PrivateServer | None
    store: Store | None


def rehearse(
    wish: Wish, folder: Path, say: Say, prepared: Path | None = None, undisturbed: Ledger | None = None
) -> Outcome:
    """Play the plan undisturbed and disturbed and compare; raises where a run does not come to its end.

    `prepared`: a SQLite file with the registry, `undisturbed`: how the plan ends, where there are such already.
    """
    plan = drawn(wish)
    outcome = Outcome(wish, cases=len(plan.cases))
    with _ground(wish, folder, say, prepared) as ground:
        if undisturbed is None:
            say("undisturbed:")
            with _settled_in(wish, ground, "undisturbed", 1) as lived:
                undisturbed = play(wish, lived, say)
        say("disturbed:")
        disturbed, ended = _disturbed(wish, plan, ground, say, outcome)
        world = ended.standin.world
        outcome.findings = compare(
            disturbed, undisturbed, [asdict(push) for push in world.exchanges],
            [*ended.interruptions, *lost_answers(world.calls)], ended.times.waited,
            dates=ended.times.passed // 86400 + 2,
        )  # fmt: skip
    outcome.messages, outcome.received = disturbed.owed.total(), disturbed.received.total()
    outcome.days = ended.times.passed / 86400
    return outcome


def drawn(wish: Wish) -> Plan:
    """The plan of a wish."""
    return draw(wish.seed, wish.reports, wish.people, wish.fates, wish.births)


def play(wish: Wish, lived: House, say: Say) -> Ledger:
    """The plan without any trouble."""
    with _reading(lived) as engine:
        return Campaign(lived, drawn(wish), engine, Tally(), say, wish.seed, wish.pause).run()


@contextmanager
def _reading(lived: House) -> Iterator[Engine]:
    engine = make_engine(lived.environment["HESHAO__DATABASE__URL"]).execution_options(reading=True)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _ground(wish: Wish, folder: Path, say: Say, prepared: Path | None) -> Iterator[_Ground]:
    with ExitStack() as stack:
        photos = stack.enter_context(store()) if wish.photos == "s3" else None
        if wish.engine == "sqlite":
            yield _Ground(folder, prepared or prepare(folder / "prepared"), None, None, photos)
            return
        say("starting a PostgreSQL and a Redis of our own …")
        rows, queue = stack.enter_context(private_postgresql()), stack.enter_context(private_redis())
        yield _Ground(folder, None, rows, queue, photos)


@contextmanager
def _settled_in(wish: Wish, ground: _Ground, name: str, number: int) -> Iterator[House]:
    overrides: dict[str, str] = {}
    if ground.postgresql is not None and ground.redis is not None:
        overrides["HESHAO__DATABASE__URL"] = _database(ground.postgresql.url, name)
        overrides["HESHAO__QUEUE__URL"] = f"{ground.redis.url.rpartition('/')[0]}/{number}"
    if ground.store is not None:
        overrides |= ground.store.settings
    with house(ground.folder / name, ground.prepared, seed=wish.seed, pace=wish.pace, **overrides) as lived:
        yield lived


def _database(server: str, name: str) -> str:
    """A database of this name on the server; its URL."""
    admin = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return f"{server.rpartition('/')[0]}/{name}"


def _disturbed(wish: Wish, plan: Plan, ground: _Ground, say: Say, outcome: Outcome) -> tuple[Ledger, House]:
    random = Random(wish.seed)  # noqa: S311 - a rehearsal, not a secret
    with ExitStack() as stack:
        small = _small_disk(wish, ground, stack)
        lived = stack.enter_context(_settled_in(wish, ground, "disturbed", 2))
        engine = stack.enter_context(_reading(lived))
        caretaker = stack.enter_context(ThreadPoolExecutor(1))  # servers end with the thread that starts them
        trouble = Trouble(lived, random, wish.lasts, small, _servers(wish, ground, caretaker), wish.long)
        outcome.disk = small.kind if small else "not rehearsed: no way to fill one, or nothing lies on it"
        names = [name for name in possible(trouble) if not wish.only or name in wish.only]
        if not names:
            raise ValueError(f"none of {wish.only} can be rehearsed in this run")
        deck = deal(names, wish.troubles, random)
        run = Campaign(lived, plan, engine, outcome.tally, say, wish.seed, wish.pause, trouble, deck)
        try:
            ledger = run.run()
        except AssertionError:
            say(f"the product's last words:\n{lived.log.read_text(errors='replace')[-4000:]}")
            raise
        outcome.struck = trouble.count
        verdict = flask(lived.environment, "audit", "verify")
        if "没有改动" not in verdict:
            raise AssertionError(verdict)
        return ledger, lived


def _small_disk(wish: Wish, ground: _Ground, stack: ExitStack) -> Disk | None:
    if ground.postgresql is not None and ground.store is not None:
        return None
    return stack.enter_context(disk(ground.folder / "disturbed" / "data", wish.megabytes))


def _servers(wish: Wish, ground: _Ground, caretaker: ThreadPoolExecutor) -> Servers:
    def again(server: PrivateServer, end: Callable[[], None]) -> Callable[[], object]:
        def hit() -> None:
            end()
            server.start()

        return lambda: caretaker.submit(hit).result()

    servers = Servers()
    if ground.postgresql is not None and ground.redis is not None:
        database, queue = ground.postgresql, ground.redis
        servers.hits |= {
            "database restarted": again(database, database.stop),
            "database killed": again(database, database.kill),
            "queue killed": again(queue, queue.kill),
        }
    if ground.store is not None:
        servers.hits["store away"] = partial(ground.store.away, wish.lasts)
    return servers
