"""`flask bulletin preview|publish|publications|withdraw` against the stand-in."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask

import commands.bulletin
import commands.publications
from models.follower import Follower
from scheduler.publish import publish_due
from services.desk import Desk, Work
from services.photo_store import PhotoStore
from simulator.server import Simulator, start
from tests.conftest import Clock
from tests.press import Press, set_up

Run = Callable[..., Result]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    running = start(webhook="", mode="plain", attempts=1, attempt_seconds=0.1, seed=7)
    yield running
    running.stop()


@pytest.fixture
def press(desk: Desk, clock: Clock, sim: Simulator) -> Press:
    return set_up(desk, clock, sim)


@pytest.fixture
def run(press: Press, tmp_path: Path) -> Run:
    heshao = SimpleNamespace(
        desk=press.desk, wechat=press.wechat, store=PhotoStore((tmp_path / "photos").as_uri()),
        jobs=lambda: {"publish": lambda: publish_due(press.printer())},
    )  # fmt: skip
    app = Flask(__name__)
    app.extensions["heshao"] = heshao
    app.cli.add_command(commands.bulletin.bulletin)

    def invoke(*words: str) -> Result:
        result = app.test_cli_runner().invoke(args=["bulletin", *words])
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def test_published_listed_and_withdrawn(run: Run, press: Press) -> None:
    made = json.loads(run("publish", "2026-10", "--as", "周科员", "--json").output)
    assert (made["state"], made["channel"], made["wanted_by"]) == ("submitted", "freepublish", "周科员")
    press.hears()
    (row,) = json.loads(run("publications", "--json").output)
    assert (row["month"], row["state_name"]) == ("2026-10", "已发布")
    assert "正文" in press.platform.read(row["url"])
    assert "已发布" in run("publications").output
    taken = json.loads(run("withdraw", "2026-10", "--reason", "数据有误", "--json").output)
    assert (taken["state"], taken["note"]) == ("withdrawn", "撤回：数据有误")
    assert taken["removed_at"] is not None
    assert press.platform.articles() == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("publish", "2026-09"), "还没有批准，不能发布"),
        (("publish", "十月"), "不是月份"),
        (("withdraw", "2026-10", "--reason", "错了"), "没有发布过"),
        (("withdraw", "2026-10", "--reason", " "), "理由"),
        (("preview", "2026-10", "--to", "没有这人"), "没有名叫“没有这人”"),
        (("preview", "2026-09", "--to", "周科员"), "还没有批准"),
        (("publish", "2026-10", "--as", "没有这人"), "没有名叫“没有这人”"),
        (("publish", "2026-10", "--sent"), "不用 --sent"),
        (("publish", "2026-10", "--as", "王镇长"), "只有河长办可以这样做"),
        (("withdraw", "2026-10", "--reason", "错了", "--as", "王镇长"), "只有河长办可以这样做"),
    ],
)
def test_refused_with_a_sentence(run: Run, words: tuple[str, ...], why: str) -> None:
    result = run(*words)
    assert result.exit_code != 0
    assert why in result.output


def test_what_is_published_or_on_its_way_is_not_published_twice(run: Run, press: Press) -> None:
    run("publish", "2026-10")
    assert "正在发布" in run("publish", "2026-10").output
    press.hears()
    again = run("publish", "2026-10")
    assert again.exit_code != 0
    assert "flask assessment correct 2026-10" in again.output


def test_a_withdrawn_month_is_refused_without_the_telephone_in_its_reason(run: Run, press: Press) -> None:
    run("publish", "2026-10")
    press.hears()
    run("withdraw", "2026-10", "--reason", "数据有误，请打 13812345678")
    refused = run("publish", "2026-10").output
    assert "已撤回（数据有误，请打 （电话号码已隐去））" in refused
    assert "13812345678" not in refused


def test_the_fifth_mass_message_of_a_month_is_refused(run: Run, press: Press) -> None:
    for _ in range(4):
        press.platform.breaks("mass_refused", times=1)
        assert run("publish", "2026-10", "--channel", "mass").exit_code == 0
        press.hears()
    fifth = run("publish", "2026-10", "--channel", "mass")
    assert fifth.exit_code != 0
    assert "本月已群发 4 次" in fifth.output
    assert run("publish", "2026-10", "--channel", "freepublish").exit_code == 0
    press.hears()
    assert press.row().state == "published"


def test_a_preview_reaches_one_person_alone(run: Run, press: Press) -> None:
    clerk, li = press.platform.person("zhou"), press.platform.person("li")
    press.desk.do(bind, clerk.openid)
    result = run("preview", "2026-10", "--to", "周科员")
    assert result.exit_code == 0, result.output
    (shown,) = clerk.inbox()
    assert (shown["title"], shown["preview"]) == ("2026年10月河湖长制考核排名", True)
    assert "北仓镇" in press.platform.read(shown["url"])
    assert li.inbox() == []
    assert press.rows == []
    press.platform.breaks("call_48001", path="/cgi-bin/message/mass/preview")
    assert "没有发布或群发的权限" in run("preview", "2026-10", "--to", "周科员").output
    press.platform.breaks("api_down")
    assert "没有应答" in run("preview", "2026-10", "--to", "周科员").output


def bind(work: Work, openid: str) -> None:
    follower = work.session.query(Follower).filter(Follower.openid == "o-clerk").one()
    follower.openid = openid


def test_nobody_who_is_not_bound_can_be_shown_a_preview(run: Run, press: Press) -> None:
    press.desk.do(unbind)
    result = run("preview", "2026-10", "--to", "周科员")
    assert result.exit_code != 0
    assert "没有绑定微信" in result.output


def unbind(work: Work) -> None:
    follower = work.session.query(Follower).filter(Follower.openid == "o-clerk").one()
    follower.person_id = None
