"""The page of a case: who sees what, for how long, and that every look is written down."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.case import Case
from models.evidence import Evidence, Look, Medium
from models.follower import Follower
from models.joint_action import JointAction
from models.report import Addition, Callback, Report, Source
from rules.lifecycle import Move, Party, State
from services import (
    audit,
    evidence,
    help_orders,
    joint_actions,
    supervision,
    whistle_help,
    whistle_parties,
    whistles,
)
from services.desk import Desk, Work
from services.links import View
from services.photo_store import PhotoStore, StoreAway, derived_key
from services.photographs import examine
from tests.conftest import Clock
from tests.services.pictures import LIMITS, corners, exif, jpeg, scene
from tests.services.rows import Reported, a_reported_case, another_report
from web.case_page import case_pages

Arrive = Callable[..., int]
MakeLink = Callable[..., str]
Story = tuple[Reported, dict[str, int]]
BEFORE, ADDED, THEIRS, AFTER, STRANGE = (
    jpeg(scene(width, 300), exif=exif(1, "2026:11:23 11:00:00", position=(117.1, 39.2)))
    for width in range(400, 405)
)


@pytest.fixture
def arrive(desk: Desk, store: PhotoStore) -> Arrive:
    def put(content: bytes, **hangs_on: Any) -> int:
        photo = examine(content, LIMITS)
        store.put_original(photo.digest, content)
        store.put_derived(photo.digest, "large", photo.large)
        store.put_derived(photo.digest, "small", photo.small)
        row = desk.do(evidence.expect, Medium.PHOTO, "media", **hangs_on)
        desk.do(evidence.arrived, row.id, photo)
        return row.id

    return put


@pytest.fixture
def story(desk: Desk, arrive: Arrive) -> Story:
    """Two people reported it; one added a photograph; the town proved it; the Office looks."""
    mine = desk.do(a_reported_case, words="河面有黑水，我的电话 138 1234 5678")
    other = desk.do(a_reported_case, 2, words="别处的事")

    def more(work: Work) -> tuple[int, int]:
        case = work.session.get_one(Case, mine.case_id)
        audit.record(work, case, Move.OPEN.value, Party.SYSTEM, reason="最近河段 40 米")
        proof = {"round": 1, "photos": 1}
        audit.record(work, case, Move.PROVE.value, Party.TOWN, reason="已封堵排口", actor="c", details=proof)
        neighbour = Follower(openid="n", pseudonym="aaaaaaaaaaaa", met_at=work.now)
        addition = Addition(report_id=mine.report_id, words="今天更黑了", at=work.now)
        work.session.add_all(
            [neighbour, addition, Callback(report_id=mine.report_id, name="李四", phone="13900001111")]
        )
        work.session.flush()
        theirs = another_report(work, case.id, neighbour, "NEIGHBOUR", "水很臭")
        case.for_office = "交界，请确认"
        return theirs.id, addition.id

    theirs, addition = desk.do(more)
    ids = {
        "before": arrive(BEFORE, report_id=mine.report_id),
        "added": arrive(ADDED, addition_id=addition),
        "theirs": arrive(THEIRS, report_id=theirs),
        "after": arrive(AFTER, case_id=mine.case_id, proof_round=1),
        "strange": arrive(STRANGE, report_id=other.report_id),
    }
    desk.do(stand, mine.case_id, State.VERIFYING, 1)
    return mine, ids


def stand(work: Work, case_id: int, state: State, proof_round: int) -> None:
    case = work.session.get_one(Case, case_id)
    case.state, case.proof_round = state, proof_round


@pytest.fixture
def browser(desk: Desk, store: PhotoStore) -> FlaskClient:
    app = Flask("test")
    app.register_blueprint(case_pages(desk, store, desk.links.signer))
    return app.test_client()


@pytest.fixture
def link(desk: Desk, story: Story, clock: Clock) -> MakeLink:
    mine, _ = story

    def make(view: View, viewer: str = "", moves: int = 3, days_ago: int = 0) -> str:
        viewer = viewer or {View.REPORTER: mine.reporter}.get(view, "dddddddddddd")
        return "/c/" + desk.links.signer.case_link(
            mine.case_id, moves, view, viewer, clock.at - timedelta(days=days_ago)
        )

    return make


def test_the_town_sees_the_case_and_no_person(browser: FlaskClient, link: MakeLink) -> None:
    page = browser.get(link(View.TOWN)).text
    for word in ("案件 HC-2026-0001", "污水直排", "北运河天穆桥东侧", "天穆镇", "河面有黑水", "今天更黑了",
                 "水很臭", "待复核", "系统 · 立案", "最近河段 40 米", "群众反映"):  # fmt: skip
        assert word in page
    for secret in ("TICKET0001", "NEIGHBOUR", "000000000001", "李四", "13900001111", "1234 5678", "交界",
                   "别处的事", "拍摄于", "dddddddddddd"):  # fmt: skip
        assert secret not in page
    assert page.count("small.jpg") == 4


def test_the_town_sees_that_the_city_fed_it_back(
    browser: FlaskClient, link: MakeLink, desk: Desk, story: Story
) -> None:
    mine, _ = story

    def fed_back(work: Work) -> None:
        clerk = Follower(openid="clerk", pseudonym="bbbbbbbbbbbb", met_at=work.now)
        work.session.add(clerk)
        work.session.flush()
        another_report(work, mine.case_id, clerk, "FROMCITY", "市里暗访发现", Source.CITY_FEEDBACK)

    desk.do(fed_back)
    assert "市级反馈" in browser.get(link(View.TOWN)).text


def test_the_office_sees_more(browser: FlaskClient, link: MakeLink) -> None:
    page = browser.get(link(View.OFFICE)).text
    for word in ("案件 HC-2026-0001", "138 1234 5678", "交界，请确认", "拍摄于 2026年11月23日 11:00"):
        assert word in page
    for secret in ("TICKET0001", "000000000001", "李四", "13900001111"):
        assert secret not in page


def test_a_reporter_sees_the_own_report_and_what_came_of_it(browser: FlaskClient, link: MakeLink) -> None:
    page = browser.get(link(View.REPORTER)).text
    for word in (
        "受理编号 TICKET0001",
        "待复核",
        "河面有黑水",
        "今天更黑了",
        "您的举报",
        "整改后",
        "已封堵排口",
    ):
        assert word in page
    for secret in ("HC-2026", "NEIGHBOUR", "水很臭", "立案", "交界", "拍摄于"):
        assert secret not in page
    assert page.count("small.jpg") == 3


@pytest.mark.parametrize(
    ("view", "seen"),
    [
        (View.TOWN, {"before", "added", "theirs", "after"}),
        (View.OFFICE, {"before", "added", "theirs", "after"}),
        (View.REPORTER, {"before", "added", "after"}),
    ],
)
def test_whose_photographs_whom_a_link_shows(
    browser: FlaskClient, link: MakeLink, story: Story, view: View, seen: set[str]
) -> None:
    _, ids = story
    for name, evidence_id in ids.items():
        for size in ("large", "small"):
            answer = browser.get(f"{link(view)}/{evidence_id}/{size}.jpg")
            assert answer.status_code == (200 if name in seen else 404), name
            if name in seen:
                assert answer.mimetype == "image/jpeg"
                assert corners(answer.data)[0] == "red"
                assert b"Exif" not in answer.data


def test_a_reporter_does_not_see_a_proof_that_was_sent_back(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk
) -> None:
    mine, ids = story
    desk.do(stand, mine.case_id, State.ACCEPTED, 1)
    assert browser.get(f"{link(View.REPORTER)}/{ids['after']}/small.jpg").status_code == 404
    assert "整改后" not in browser.get(link(View.REPORTER)).text
    assert browser.get(f"{link(View.TOWN)}/{ids['after']}/small.jpg").status_code == 200


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (View.TOWN, "链接已失效，请在微信中回复“照片 HC-2026-0001”获取新链接。"),
        (View.OFFICE, "链接已失效，请在微信中回复“照片 HC-2026-0001”获取新链接。"),
        (View.REPORTER, "链接已失效，请在微信中回复“进度”查看最新情况。"),
    ],
)
def test_a_link_dies_with_the_next_move_or_after_a_week(
    browser: FlaskClient, link: MakeLink, story: Story, view: View, sentence: str
) -> None:
    _, ids = story
    for dead in (link(view, moves=2), link(view, moves=4), link(view, days_ago=7)):
        for address in (dead, f"{dead}/{ids['before']}/small.jpg"):
            answer = browser.get(address)
            assert answer.status_code == 410
            assert sentence in answer.text
            assert "河面有黑水" not in answer.text


def test_a_forged_link_opens_nothing(browser: FlaskClient, link: MakeLink, story: Story) -> None:
    _, ids = story
    genuine = link(View.TOWN)
    for forged in (genuine[:-6] + "AAAAAA", "/c/nonsense", "/c/%00", "/c/照片", "/c/" + "x" * 3000):
        for address in (forged, f"{forged}/{ids['before']}/small.jpg"):
            answer = browser.get(address)
            assert answer.status_code == 404
            assert "没有这个页面" in answer.text


@pytest.mark.parametrize("rest", ["99999/small.jpg", "2147483647/small.jpg"])
def test_a_photograph_that_is_not_there(browser: FlaskClient, link: MakeLink, rest: str) -> None:
    answer = browser.get(f"{link(View.TOWN)}/{rest}")
    assert answer.status_code == 404
    assert "没有这张照片" in answer.text


@pytest.mark.parametrize(
    "rest", ["99999999999999999999/small.jpg", "-1/small.jpg", "1/original.jpg", "1/small.png", ".."]
)
def test_other_addresses_do_not_exist(browser: FlaskClient, link: MakeLink, rest: str) -> None:
    assert browser.get(f"{link(View.TOWN)}/{rest}").status_code in (404, 405)


def test_a_reporters_link_is_nobody_elses(browser: FlaskClient, link: MakeLink) -> None:
    assert browser.get(link(View.REPORTER, viewer="dddddddddddd")).status_code == 404
    assert "NEIGHBOUR" in browser.get(link(View.REPORTER, viewer="aaaaaaaaaaaa")).text


def test_a_withdrawn_report_is_no_longer_shown(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk
) -> None:
    mine, ids = story

    def withdraw(work: Work) -> None:
        work.session.get_one(Report, mine.report_id).withdrawn_at = work.now

    desk.do(withdraw)
    assert "河面有黑水" not in browser.get(link(View.TOWN)).text
    assert browser.get(f"{link(View.TOWN)}/{ids['before']}/large.jpg").status_code == 404


def test_a_photograph_on_its_way_or_refused_has_a_sentence_in_its_place(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk
) -> None:
    mine, _ = story
    waiting = desk.do(evidence.expect, Medium.PHOTO, "m", report_id=mine.report_id).id
    bad = desk.do(evidence.expect, Medium.PHOTO, "m", report_id=mine.report_id).id
    desk.do(evidence.refused, bad, "照片打不开")
    desk.do(evidence.expect, Medium.VOICE, "m", report_id=mine.report_id)
    page = browser.get(link(View.TOWN)).text
    for word in ("照片接收中", "照片打不开", "语音或视频 1 段"):
        assert word in page
    assert browser.get(f"{link(View.TOWN)}/{waiting}/small.jpg").status_code == 404


def test_what_people_write_is_never_markup(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk
) -> None:
    def write(work: Work) -> None:
        mine, _ = story
        work.session.get_one(Case, mine.case_id).place = "<script>alert(1)</script>"

    desk.do(write)
    page = browser.get(link(View.TOWN)).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_every_look_is_written_down_and_only_real_ones(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk
) -> None:
    mine, ids = story
    browser.get(link(View.TOWN))
    browser.get(f"{link(View.TOWN)}/{ids['before']}/large.jpg")
    browser.get(f"{link(View.TOWN)}/{ids['strange']}/large.jpg")
    browser.get(link(View.TOWN, moves=2))
    browser.get("/c/nonsense")
    with desk.reading() as work:
        looks = [
            (look.viewer, look.case_id, look.what) for look in work.session.query(Look).order_by(Look.id)
        ]
    assert looks == [
        ("dddddddddddd", mine.case_id, "case"),
        ("dddddddddddd", mine.case_id, f"photo:{ids['before']}:large"),
    ]


def test_nothing_is_kept_on_the_way_and_no_script_runs(
    browser: FlaskClient, link: MakeLink, story: Story
) -> None:
    _, ids = story
    for address in (link(View.TOWN), f"{link(View.TOWN)}/{ids['before']}/small.jpg", "/c/nonsense"):
        headers = browser.get(address).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert "script-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_the_style_sheet_is_served(browser: FlaskClient) -> None:
    answer = browser.get("/assets/heshao.css")
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    answer.close()


def test_a_photograph_lost_from_the_store_is_a_sentence(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk, store: PhotoStore
) -> None:
    _, ids = story
    with desk.reading() as work:
        digest = work.session.get_one(Evidence, ids["before"]).digest
    store.erase(derived_key(digest or "", "large"))
    answer = browser.get(f"{link(View.TOWN)}/{ids['before']}/large.jpg")
    assert answer.status_code == 404
    assert "没有这张照片" in answer.text


class Away(PhotoStore):
    """A bucket that nobody can reach now."""

    def read(self, key: str) -> bytes:
        raise StoreAway(5, "照片存储连不上")


def test_a_store_that_is_away_is_asked_again_later(
    desk: Desk, link: MakeLink, story: Story, tmp_path: Path
) -> None:
    app = Flask("test")
    app.register_blueprint(case_pages(desk, Away(tmp_path.as_uri()), desk.links.signer))
    answer = app.test_client().get(f"{link(View.TOWN)}/{story[1]['before']}/large.jpg")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_the_answer_to_an_order_is_for_town_and_office_only(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk, arrive: Arrive
) -> None:
    mine, _ = story

    def answered(work: Work) -> int:
        case = work.session.get_one(Case, mine.case_id)
        case.state = State.ACCEPTED
        order = supervision.issue(work, case, "多次催办仍未整改")
        return supervision.answer(work, order, "三日内封堵完毕", 1).id

    photo = arrive(jpeg(scene(410, 300)), answer_id=desk.do(answered))
    views = (View.TOWN, True), (View.OFFICE, True), (View.HELPER, False), (View.REPORTER, False)
    for view, seen in views:
        page = browser.get(link(view))
        assert ("三日内封堵完毕" in page.text) == seen
        assert ("督办单" in page.text) == seen
        assert browser.get(f"{link(view)}/{photo}/small.jpg").status_code == (200 if seen else 404)


def test_the_photographs_of_a_joint_action_are_for_town_and_office_only(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk, arrive: Arrive
) -> None:
    mine, _ = story

    def acted(work: Work) -> int:
        case = work.session.get_one(Case, mine.case_id)
        case.state = State.ACCEPTED
        whistle = whistles.blow(work, case, "请联合清理")
        counts = {"officers": 12, "net_metres": 200}
        return joint_actions.record(
            work, work.today, "北运河省界断面", ["区水务局"], counts, "13800001111", whistle
        ).id

    action = desk.do(acted)
    photo = arrive(jpeg(scene(420, 300), exif=exif(1, "2026:11:23 11:00:00", position=(117.1, 39.2))))
    desk.do(_shows, photo, action)
    for view, seen in ((View.TOWN, True), (View.OFFICE, True), (View.REPORTER, False)):
        page = browser.get(link(view))
        assert ("联合行动〔2026〕1号" in page.text) == seen
        assert ("清理违法船只0艘、网具200米" in page.text) == seen
        assert ("13800001111" in page.text) == (view is View.OFFICE)
        answer = browser.get(f"{link(view)}/{photo}/small.jpg")
        assert answer.status_code == (200 if seen else 404)
        assert b"Exif" not in answer.data
    desk.do(_withdrawn, action)
    assert browser.get(f"{link(View.TOWN)}/{photo}/small.jpg").status_code == 404


def _shows(work: Work, photo: int, action: int) -> None:
    work.session.get_one(Evidence, photo).action_id = action


def _withdrawn(work: Work, action: int) -> None:
    joint_actions.withdraw(work, work.session.get_one(JointAction, action), "日期写错了")


def test_what_a_helper_answered_to_an_order_is_shown_like_the_towns_answer(
    browser: FlaskClient, link: MakeLink, story: Story, desk: Desk, arrive: Arrive
) -> None:
    mine, _ = story

    def answered(work: Work) -> int:
        case = work.session.get_one(Case, mine.case_id)
        case.state = State.ACCEPTED
        whistle = whistles.blow(work, case, "请水务局封堵上游排口")
        (party,) = whistle_help.name(work, whistle, whistle_parties.named(work, ["区水务局"]))
        whistle_help.answer(work, party, "采样监测", work.today)
        order = help_orders.issue(work, party, "没有按承诺办完")
        return help_orders.answer(work, order, "设备故障，周五前封堵", 1).id

    photo = arrive(jpeg(scene(430, 300)), answer_id=desk.do(answered))
    for view, seen in ((View.TOWN, True), (View.OFFICE, True), (View.HELPER, True), (View.REPORTER, False)):
        page = browser.get(link(view)).text
        assert ("区水务局对督办单〔2026〕1号的答复（待审核）" in page) == seen
        assert ("牵头 区水务局：已回哨（采样监测），11月23日24时前完成" in page) == seen
        assert ("（区水务局）已答复待审核" in page) == seen
        assert ("期限顺延，定下后告诉您" in page) == (
            not seen
        )  # a reporter is promised no date that stands still
        assert "吹哨 →" not in page  # only what moved the case names a state
        assert browser.get(f"{link(view)}/{photo}/small.jpg").status_code == (200 if seen else 404)
