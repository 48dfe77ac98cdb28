"""bench/RESULTS.md: a section for each benchmark, each with its date; a partial rerun replaces only its own."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import machine
from bench.environments import ROOT
from rules.workdays import CHINA

FILE = Path(__file__).parent / "RESULTS.md"
SECTIONS = {
    "webhook": "The door under load",
    "wsgi": "The WSGI server: granian beside gunicorn",
    "peer": "The whole intake beside django-helpdesk",
    "routing": "Finding the reach",
    "photos": "Photographs",
    "notifications": "Notifications",
    "sweep": "The sweep of reminders",
    "assessment": "The month judged",
}
HEAD = (
    "# Results\n\nWritten by `make bench`; what they mean is in [docs/performance.md](../docs/performance.md). "
    "Each section says when and from which state of the code it was measured.\n"
)
_SECTION = re.compile(r"<!-- (\w+) -->\n(.*?)(?=\n<!-- \w+ -->\n|\Z)", re.DOTALL)


def say(name: str, text: str, *, keep: bool) -> None:
    """Print the section and, where it is to be kept, write it down."""
    sys.stdout.write(f"{text}\n")
    if keep:
        found = dict(_SECTION.findall(FILE.read_text("utf-8"))) if FILE.exists() else {}
        found["machine"] = "## The machine\n\n" + "\n".join(machine.lines()) + "\n"
        found[name] = f"## {SECTIONS[name]}\n\nMeasured {_when()}.\n\n{text.strip()}\n"
        FILE.write_text(_whole(found), "utf-8")


def _whole(found: dict[str, str]) -> str:
    parts = [f"<!-- {name} -->\n{found[name]}" for name in ("machine", *SECTIONS) if name in found]
    return "\n".join([HEAD, *parts])


def _when() -> str:
    at = datetime.now(UTC).astimezone(CHINA)  # noqa: TID251 - a report's date
    commit = _git("rev-parse", "--short", "HEAD")
    changed = " with changes" if _git("status", "--porcelain", "--", ".", ":!bench/RESULTS.md") else ""
    return f"{at:%Y-%m-%d %H:%M} (China), `python -m bench`, commit {commit}{changed}"


def _git(*words: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        ["git", *words],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or ("" if words[0] == "status" else "unknown")
