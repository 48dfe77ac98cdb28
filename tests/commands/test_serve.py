"""`flask serve`: refuses what it cannot run on, and keeps its parts alive."""

import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import click
import psutil
import pytest
from flask import Flask

from commands.serve import Supervisor, count_together, refuse_if_unready
from config import Server
from models.engine import make_engine


def app_with(url: str, port: int) -> Flask:
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(
        desk=SimpleNamespace(engine=make_engine(url)),
        engine_url=url,
        config=SimpleNamespace(server=Server(port=port)),
    )
    return app


def test_an_outdated_schema_is_refused_and_the_command_named(tmp_path: Path) -> None:
    with (
        app_with(f"sqlite:///{tmp_path}/empty.db", 1024).app_context(),
        pytest.raises(click.ClickException, match="flask db upgrade"),
    ):
        refuse_if_unready()


def test_each_start_counts_from_zero_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "elsewhere")
    folder = tmp_path / "metrics" / "8000"
    folder.mkdir(parents=True)
    for name in ("counter_1.db", "not-ours.txt"):
        (folder / name).touch()
    count_together(folder)
    assert [file.name for file in folder.iterdir()] == ["not-ours.txt"]
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(folder)


def test_a_port_in_use_is_named(migrated: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            app_with(f"sqlite:///{migrated}", port).app_context(),
            pytest.raises(click.ClickException, match=str(port)),
        ):
            refuse_if_unready()


def test_a_part_that_dies_is_started_again_and_all_end_together(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    part = tmp_path / "part.py"
    part.write_text(f"import os, time\nopen(r'{tmp_path}/' + str(os.getpid()), 'w')\ntime.sleep(60)\n")
    supervisor = Supervisor({"part": [sys.executable, str(part)]})

    def disturb() -> None:
        first = _wait_for(tmp_path, 1)
        os.kill(first[0], signal.SIGKILL)
        _wait_for(tmp_path, 2)
        os.kill(os.getpid(), signal.SIGTERM)

    kept = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    watcher = threading.Thread(target=disturb)
    watcher.start()
    supervisor.run("started")
    watcher.join()
    signal.signal(signal.SIGTERM, kept[0])
    signal.signal(signal.SIGINT, kept[1])
    assert "part 意外停止" in capfd.readouterr().err
    for pid in _pids(tmp_path):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_a_dead_part_had_started_does_not_outlive_it(tmp_path: Path) -> None:
    child = f"import os, time; open(r'{tmp_path}/' + str(os.getpid()), 'w'); time.sleep(60)"
    part = tmp_path / "part.py"
    part.write_text(
        f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}])\ntime.sleep(60)\n"
    )
    supervisor = Supervisor({"part": [sys.executable, str(part)]})

    def disturb() -> None:
        (first,) = _wait_for(tmp_path, 1)
        os.kill(os.getpgid(first), signal.SIGKILL)  # the part alone, not its group
        _wait_for(tmp_path, 2)
        assert not _lives(first)
        os.kill(os.getpid(), signal.SIGTERM)

    kept = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(disturb)
        supervisor.run("started")
        watching.result()
    signal.signal(signal.SIGTERM, kept[0])
    signal.signal(signal.SIGINT, kept[1])
    give_up = time.monotonic() + 10  # what was killed is gone when the system has cleared it away
    while any(_lives(pid) for pid in _pids(tmp_path)) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not any(_lives(pid) for pid in _pids(tmp_path))


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _pids(folder: Path) -> list[int]:
    return [int(p.name) for p in folder.iterdir() if p.name.isdigit()]


def _wait_for(folder: Path, many: int) -> list[int]:
    for _ in range(200):
        if len(_pids(folder)) >= many:
            return _pids(folder)
        time.sleep(0.1)
    raise AssertionError("the part did not start")
