"""What machine the figures are from, measured where it can be."""

import os
import platform
import re
import sqlite3
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bench.environments import FOLDER
from bench.product import POSTGRESQL

FLUSHES = 200


def lines() -> list[str]:
    """A list in Markdown."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text("ascii"))
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text("ascii"))
    middle, slow = flushed()
    return [
        f"- {model[1] if model else platform.processor()}, {os.cpu_count()} cores, "
        f"{int(memory[1]) / 1024**2 if memory else 0:.0f} GB of memory; {platform.platform()}",
        f"- disk under var/bench: 4 kB written and flushed (fdatasync) in {middle:.2f} ms, median of {FLUSHES}; "
        f"99th percentile {slow:.2f} ms",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {postgresql()}",
    ]


def flushed() -> tuple[float, float]:
    """Milliseconds to make 4 kB durable on the disk the databases lie on: median and 99th percentile."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    times = []
    with tempfile.TemporaryFile(dir=FOLDER) as file:
        for _ in range(FLUSHES):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), sorted(times)[int(FLUSHES * 0.99)]


def postgresql() -> str:
    """Its version and what it promises, or that there is none."""
    with suppress(OperationalError):
        engine = create_engine(POSTGRESQL.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            said = {
                name: connection.scalar(text(f"SHOW {name}"))
                for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers")
            }
        return (
            f"PostgreSQL {said['server_version']} (fsync {said['fsync']}, synchronous_commit "
            f"{said['synchronous_commit']}, shared_buffers {said['shared_buffers']})"
        )
    return "no PostgreSQL"
