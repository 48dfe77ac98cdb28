"""A house for one run: the stand-in, the product in its processes on a rehearsal clock, and ways to kill them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from faults.product import CLOCK
from faults.times import Times
from simulator.client import Platform
from simulator.server import Simulator, start
from story.stage import ACCOUNT, DISTRICT, ROOT, environment_for, free_port, is_ready

SETTINGS = {
    "HESHAO__RULES__DEADLINES__RETURN_DAYS": "30",
    "HESHAO__RULES__CONVERSATION__RATING_DAYS": "90",
    "HESHAO__RULES__MESSAGES__PER_DAY": "5000",
    "HESHAO__RULES__CONVERSATION__MESSAGES_AT_ONCE": "5000",
}
"""So that a day on which nothing could be done takes nobody's right away: the two runs stay comparable."""


@dataclass
class Interruption:
    """Something that may have come between the platform's yes and our commit: from when until when (world time)."""

    what: str
    begun: int
    ended: int


@dataclass
class House:
    """One installation and its world."""

    folder: Path
    standin: Simulator
    platform: Platform
    times: Times
    environment: Mapping[str, str]
    url: str
    log: Path
    product: "subprocess.Popen[bytes] | None" = None
    interruptions: list[Interruption] = field(default_factory=list)
    workers_killed_at: int = 0
    """World time."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def begin(self) -> None:
        """Start the product (again)."""
        with self.log.open("ab") as log:
            self.product = subprocess.Popen(
                [sys.executable, "-m", "faults.supervisor"],
                cwd=ROOT, env=dict(self.environment), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Raises AssertionError where it does not come up."""
        until = time.monotonic() + seconds
        while not is_ready(self.url):
            if time.monotonic() > until:
                raise AssertionError(f"the product did not come up; see {self.log}")
            time.sleep(0.1)

    def processes(self) -> dict[int, tuple[int, str]]:
        """pid → (parent, command) of everything that runs under the product's supervisor."""
        if self.product is None:
            return {}
        family = {}
        with contextlib.suppress(psutil.NoSuchProcess):
            head = psutil.Process(self.product.pid)
            for process in [head, *head.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    family[process.pid] = process.ppid(), " ".join(process.cmdline())
        return family

    def kill(self, part: str) -> int:
        """kill -9 the `web`, one process of it (`web worker`), the `work`, or `all`; how many were killed."""
        with self.lock:
            family = self.processes()
            own = self.product.pid if self.product else 0
            web = [pid for pid, (parent, command) in family.items() if "granian" in command]
            chosen = {
                "web": [pid for pid in web if family[pid][0] == own],
                "web worker": [pid for pid in web if family[pid][0] != own],
                "work": [pid for pid, (_, command) in family.items() if command.endswith(" work")],
                "all": list(family),
            }[part]
            begun = self.times.now()
            for pid in chosen:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if part in ("work", "all") and chosen:
                self.workers_killed_at = self.times.now()
                self.interruptions.append(Interruption(f"kill {part}", begun, self.workers_killed_at))
            if part == "all" and self.product is not None:
                self.product.wait()
                self.begin()
            return len(chosen)

    @contextmanager
    def interrupted(self, what: str) -> Iterator[None]:
        """Remember that the database could not be written to meanwhile."""
        begun = self.times.now()
        try:
            yield
        finally:
            self.interruptions.append(Interruption(what, begun, self.times.now()))

    def end(self) -> None:
        """Stop everything."""
        if self.product is not None:
            self.product.terminate()
            try:
                self.product.wait(20)
            except subprocess.TimeoutExpired:
                self.product.kill()
        self.standin.stop()


def flask(environment: Mapping[str, str], *words: str) -> str:
    """A `flask …` command of the product; raises AssertionError with what it said."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"flask {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def prepare(folder: Path) -> Path:
    """A migrated SQLite file with the demonstration's registry, made once and copied for each run."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = environment_for(folder, 1, "http://127.0.0.1:1")
    flask(environment, "db", "upgrade")
    flask(environment, "registry", "import", str(DISTRICT / "registry.xlsx"))
    return folder / "heshao.db"


@contextmanager
def house(
    folder: Path, prepared: Path | None, *, seed: int, pace: float, **overrides: str
) -> Iterator[House]:
    """A running installation in `folder`; `pace`: the platform's five seconds; `overrides`: HESHAO__… variables.

    `prepared`: the SQLite file to begin with; without one the database of the overrides is filled. What the
    product writes lies in `folder`/data, the world's own things beside it.
    """
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    port = free_port()
    standin = start(
        webhook=f"http://127.0.0.1:{port}/wechat", appid=ACCOUNT["app_id"], secret=ACCOUNT["app_secret"],
        token=ACCOUNT["token"], aes_key=ACCOUNT["encoding_aes_key"], people=DISTRICT / "people.json",
        messages_per_conversation=40, attempt_seconds=pace, seed=seed,
    )  # fmt: skip
    clock = folder / "clock"
    times = Times(standin.world.clock, clock)
    environment = environment_for(data, port, standin.url) | SETTINGS | {CLOCK: str(clock)} | overrides
    lived = House(
        folder, standin, Platform(standin.url), times, environment, f"http://127.0.0.1:{port}",
        folder / "product.log",
    )  # fmt: skip
    try:
        if prepared is not None:
            shutil.copy(prepared, data / "heshao.db")
        else:
            flask(environment, "db", "upgrade")
            flask(environment, "registry", "import", str(DISTRICT / "registry.xlsx"))
        lived.begin()
        lived.wait_until_ready()
        yield lived
    finally:
        lived.end()
