"""The stage: the product as separate processes, the platform's stand-in beside it, and the people."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests

from app import Heshao, create_app
from simulator.client import Platform, Someone
from simulator.server import start

T = TypeVar("T")

ROOT = Path(__file__).parent.parent
DISTRICT = ROOT / "data" / "demonstration"
ACCOUNT = {
    "app_id": "wx5d00000000000d31",
    "app_secret": "demonstration-secret-of-32-chars",
    "token": "heshaodemo",
    "encoding_aes_key": "DemonstrationKeyOfFortyThreeCharacters01234",
}
"""The stand-in's account; not a secret, for it opens nothing."""
PATIENCE_SECONDS = 120


@dataclass
class Stage:
    """Everything that is needed to play: call people by their key, run commands, wait for what must come."""

    platform: Platform
    product_url: str
    environment: Mapping[str, str]
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    """What was begun, `flask serve` first."""
    narrate: Callable[[str], None] = lambda line: None
    people: dict[str, Someone] = field(default_factory=dict)

    def person(self, key: str) -> Someone:
        """One of data/demonstration/people.json, or a new resident."""
        if key not in self.people:
            self.people[key] = self.platform.person(key)
        return self.people[key]

    def flask(self, *words: str, expected: int = 0) -> str:
        """Run a `flask …` command as a person would; its output."""
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != expected:
            raise AssertionError(
                f"flask {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def begins(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a `flask …` that stays, as if on another machine; it ends with the stage."""
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "flask", *words], cwd=ROOT, env=dict(self.environment)
        )
        self.running.append(process)
        return process

    def end(self) -> None:
        """Ask everything that runs to end, and wait for it; subprocess.TimeoutExpired if something stays."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(20)

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What a command prints as JSON."""
        found: list[dict[str, Any]] = json.loads(self.flask(*words, "--json"))
        return found

    def until(self, found: Callable[[], T | None], what: str) -> T:
        """Wait until it is so; fail with what was waited for."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            value = found()
            if value:
                return value
            time.sleep(0.1)
        raise AssertionError(f"waited {PATIENCE_SECONDS} s in vain: {what}")


@contextmanager
def stage(folder: Path, narrate: Callable[[str], None], **overrides: str) -> Iterator[Stage]:
    """The whole product in `folder`, started and stopped; `overrides` are HESHAO__… variables."""
    port = free_port()
    standin = start(
        host="127.0.0.1",
        port=0,
        webhook=f"http://127.0.0.1:{port}/wechat",
        appid=ACCOUNT["app_id"],
        secret=ACCOUNT["app_secret"],
        token=ACCOUNT["token"],
        aes_key=ACCOUNT["encoding_aes_key"],
        people=DISTRICT / "people.json",
        messages_per_conversation=20,
    )
    platform = Platform(standin.url)
    environment = environment_for(folder, port, standin.url) | overrides
    playing = Stage(platform, f"http://127.0.0.1:{port}", environment, narrate=narrate)
    try:
        lay_out(environment)
        playing.begins("serve")
        playing.until(lambda: is_ready(playing.product_url), "the product to be ready")
        yield playing
    finally:
        playing.end()
        standin.stop()


def lay_out(environment: Mapping[str, str]) -> None:
    """The tables and the demonstration's registry, by the product's commands but in this process: it is loaded."""
    heshao = Heshao(Path(environment["HESHAO_CONFIG"]), environment)
    runner = create_app(heshao).test_cli_runner()
    for words in (["db", "upgrade"], ["registry", "import", str(DISTRICT / "registry.xlsx")]):
        done = runner.invoke(args=words, catch_exceptions=False)
        if done.exit_code:
            raise AssertionError(f"flask {' '.join(words)}: exit {done.exit_code}\n{done.output}")
    heshao.desk.engine.dispose()


def environment_for(folder: Path, port: int, platform_url: str) -> dict[str, str]:
    """The demonstration's configuration with its data in `folder`."""
    return {
        **os.environ,
        "FLASK_APP": "app",
        "HESHAO_CONFIG": str(DISTRICT / "config.toml"),
        "HESHAO__SERVER__PORT": str(port),
        "HESHAO__SERVER__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HESHAO__DATABASE__URL": f"sqlite:///{folder / 'heshao.db'}",
        "HESHAO__QUEUE__URL": f"sqlite:///{folder / 'queue.db'}",
        "HESHAO__PHOTOS__URL": f"file://{folder / 'photos'}",
        "HESHAO__METRICS__FOLDER": str(folder / "metrics"),
        "HESHAO__BACKUP__FOLDER": str(folder / "backups"),
        "HESHAO__BACKUP__AT": "",
        "HESHAO__WECHAT__API_BASE": platform_url,
        "HESHAO__WECHAT__OPEN_BASE": platform_url,
    }


def is_ready(url: str) -> bool:
    """Whether the product answers messages."""
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.ConnectionError:
        return False


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
