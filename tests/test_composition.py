"""The composition root: every job has its time, and the installation can be told another time than the clock's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import app
from scheduler.timetable import times

THEN = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)


@pytest.fixture
def heshao(tmp_path: Path) -> app.Heshao:
    environment = {
        "HESHAO__DATABASE__URL": f"sqlite:///{tmp_path}/heshao.db",
        "HESHAO__QUEUE__URL": f"sqlite:///{tmp_path}/queue.db",
        "HESHAO__PHOTOS__URL": (tmp_path / "photos").as_uri(),
    }
    return app.Heshao(Path(app.__file__).parent / "config.example.toml", environment)


def test_every_job_has_its_time(heshao: app.Heshao) -> None:
    heshao.clock().get_jobs()  # raises where one has none
    assert set(times()) <= set(heshao.jobs())


def test_told_another_time_only_promises_move_not_leases_tokens_and_links(heshao: app.Heshao) -> None:
    there = heshao.as_if(THEN)
    assert there.desk.clock() == THEN
    assert there.engine_url == heshao.engine_url
    before = app.clock()
    wall = there.postman.wall
    assert wall is not None
    assert before <= wall() <= app.clock()
    there.desk.engine.dispose()
