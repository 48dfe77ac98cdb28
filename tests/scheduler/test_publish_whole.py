"""The whole way over HTTP, sealed as the platform seals it: published, the verdict pushed, the ranking shown on phones."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command as alembic
from werkzeug.serving import make_server

import app
from models.follower import by_openid
from models.publication import Publication, PublicationState
from scheduler.deliver import deliver
from services import publications
from services.desk import Work
from services.schema import alembic_config
from simulator.client import Platform
from simulator.server import AES_KEY, APPID, SECRET, TOKEN, Quiet, Simulator, start
from tests.district import lay_out
from tests.press import OCTOBER, freeze


@pytest.fixture
def platform() -> Iterator[Simulator]:
    running = start(mode="safe", attempts=1, attempt_seconds=4.0, seed=11)
    yield running
    running.stop()


@pytest.fixture
def heshao(tmp_path: Path, platform: Simulator) -> Iterator[app.Heshao]:
    """An installation on SQLite that serves, its webhook known to the platform."""
    url = f"sqlite:///{tmp_path}/heshao.db"
    alembic.upgrade(alembic_config(url), "head")
    whole = app.Heshao(
        Path(app.__file__).parent / "config.example.toml",
        {
            "HESHAO__DATABASE__URL": url,
            "HESHAO__QUEUE__URL": f"sqlite:///{tmp_path}/queue.db",
            "HESHAO__PHOTOS__URL": (tmp_path / "photos").as_uri(),
            "HESHAO__WECHAT__API_BASE": platform.url,
            "HESHAO__WECHAT__ACCOUNT__APP_ID": APPID,
            "HESHAO__WECHAT__ACCOUNT__APP_SECRET": SECRET,
            "HESHAO__WECHAT__ACCOUNT__TOKEN": TOKEN,
            "HESHAO__WECHAT__ACCOUNT__ENCODING_AES_KEY": AES_KEY,
        },
    )
    server = make_server("127.0.0.1", 0, app.web(whole), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    Platform(platform.url).account(webhook=f"http://127.0.0.1:{server.server_port}/wechat")
    yield whole
    server.shutdown()
    thread.join()
    server.server_close()
    whole.desk.engine.dispose()


def test_published_and_shown_on_the_phone(heshao: app.Heshao, platform: Simulator) -> None:
    there = Platform(platform.url)
    lay_out(heshao.desk)
    heshao.desk.do(freeze)
    chief = there.person("wang")
    heshao.desk.do(bind, chief.openid)
    chief.says("订阅排名")
    heshao.desk.do(publications.publish, OCTOBER, "周科员")
    heshao.jobs()["publish"]()
    there.settle()  # the platform has pushed its verdict
    with heshao.desk.reading() as work:
        assert work.session.get_one(Publication, 1).state is PublicationState.PUBLISHED
    heshao.jobs()["publish"]()  # the picture for the chat
    since = chief.last()
    chief.says("排名")
    deliver(heshao.postman)
    reply, *after = chief.inbox(since)
    assert (reply["kind"], reply["type"]) == ("reply", "image")
    assert platform.world.media[reply["media_id"]].data.startswith(b"\x89PNG")
    (own,) = [line["text"] for line in after if "天穆镇：第 2 名" in line["text"]]
    assert "问题整改扣 2.50 分" in own
    assert "/ranking/2026-10" in own


def bind(work: Work, openid: str) -> None:
    follower = work.session.scalars(by_openid("o-chief")).one()
    follower.openid = openid
