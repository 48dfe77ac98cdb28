"""The public ranking: what was published and nothing else, readable on a phone without a script, nobody's data."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from rules.months import Month
from services import published_months
from services.desk import Desk
from services.month_table import MonthTable
from services.photo_store import PhotoStore
from services.ranking_picture import drawn
from tests.frozen_table import frozen, published
from tests.month_tables import LONGEST_NAME, crowded, loss, month_table, ranked, town
from tests.simulator.test_sim_page import ARGUMENTS, CHROMIUM
from web.case_page import case_pages
from web.ranking import ranking_pages


@pytest.fixture
def pages(desk: Desk, store: PhotoStore) -> Flask:
    app = Flask("test")
    app.register_blueprint(case_pages(desk, store, desk.links.signer))
    app.register_blueprint(ranking_pages(desk, store))
    return app


@pytest.fixture
def browser(pages: Flask) -> FlaskClient:
    return pages.test_client()


def show(desk: Desk, table: MonthTable, withdrawn_because: str = "") -> None:
    """This month is frozen and published."""
    desk.do(lambda work: published(work, frozen(work, table), withdrawn_because))


def test_before_anything_is_published_the_page_says_so(browser: FlaskClient) -> None:
    answer = browser.get("/ranking")
    assert answer.status_code == 200
    assert "还没有发布过排名" in answer.text


def test_a_month_that_is_frozen_but_not_published_is_not_shown(browser: FlaskClient, desk: Desk) -> None:
    desk.do(frozen, month_table())
    for address in ("/ranking/2026-10", "/ranking/2026-10.png", "/ranking/2026-10/T1"):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert "还没有发布" in answer.text
    assert "果园新村街道" not in browser.get("/ranking").text


@pytest.mark.parametrize(
    "address", ["2026-13", "2026-1", "october", "2026-10/T99", "2026-10/T1/x", "2026-13.png"]
)
def test_other_addresses_do_not_exist(browser: FlaskClient, desk: Desk, address: str) -> None:
    show(desk, month_table())
    assert browser.get(f"/ranking/{address}").status_code == 404


def test_the_newest_month_and_the_month_by_its_name_say_the_same(browser: FlaskClient, desk: Desk) -> None:
    show(desk, month_table())
    page = browser.get("/ranking").text
    assert page == browser.get("/ranking/2026-10").text
    for said in ("2026年10月河湖长制考核排名", "11 个单位参加排名，平均 92.11 分", "97.70", "2026年11月6日批准",
                 "按期整改", "18/20<small>90%</small>", "各月排名", "怎样计分", "巡河履职", "15 分"):  # fmt: skip
        assert said in page, said
    assert page.count("<td>4</td>") == 3


def test_the_picture_is_a_picture_and_is_not_sent_twice(browser: FlaskClient, desk: Desk) -> None:
    show(desk, month_table())
    answer = browser.get("/ranking/2026-10.png")
    assert answer.mimetype == "image/png"
    with Image.open(BytesIO(answer.data)) as picture:
        assert picture.width == 1080
    again = browser.get("/ranking/2026-10.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_charts_are_shown_with_their_words_and_one_with_nothing_in_it_is_not_there(
    browser: FlaskClient, desk: Desk
) -> None:
    show(desk, month_table())
    page = browser.get("/ranking/2026-10").text
    assert 'src="/ranking/2026-10/charts/on_time.png"' in page
    assert 'alt="2026年10月按期整改条形图，' in page
    assert "近几个月" not in page
    for name in ("trend", "places", "kinds", "other"):
        assert f"charts/{name}.png" not in page
        assert browser.get(f"/ranking/2026-10/charts/{name}.png").status_code == 404
    assert browser.get("/ranking/2026-09/charts/on_time.png").status_code == 404


def test_months_before_are_shown_as_far_as_they_were_published(browser: FlaskClient, desk: Desk) -> None:
    desk.do(frozen, month_table(month=Month(2026, 8)))
    for number in (7, 9, 10):
        show(desk, month_table(month=Month(2026, number)))
    page = browser.get("/ranking/2026-10").text
    assert '<th scope="col">名次</th><th scope="col">7月</th><th scope="col">8月</th>' in page
    assert '<th scope="row">果园新村街道</th><td>1</td><td>–</td><td>1</td><td>1</td>' in page
    assert "8月没有排名" in page
    answer = browser.get("/ranking/2026-10/charts/trend.png")
    assert (answer.mimetype, answer.status_code) == ("image/png", 200)
    again = browser.get(
        "/ranking/2026-10/charts/trend.png", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_a_unit_has_its_reasons_and_nobodys_telephone(browser: FlaskClient, desk: Desk) -> None:
    late = town("T1", "天穆镇", "98", 1)
    items = [
        part if part.key != "rectification" else
        type(part)(part.key, part.name, part.weight, part.points, None, "18/20", "",
                   (loss("2.00", "案件 2026-0012 逾期 3 个工作日，电话 13812345678"),))
        for part in late.items
    ]  # fmt: skip
    show(desk, month_table([town("T1", "天穆镇", "98", 1, items=items)]))
    page = browser.get("/ranking/2026-10/T1").text
    assert "扣 2.00 分：案件 2026-0012 逾期 3 个工作日" in page
    assert "得 18.00 分，共 20.00 分，指标 18/20" in page
    assert "13812345678" not in page


def test_a_corrected_and_a_withdrawn_month_say_so_everywhere(browser: FlaskClient, desk: Desk) -> None:
    table = month_table(revision=2, corrected_because="断面达标率录入有误")
    show(desk, table, withdrawn_because="数据有误，正在复核")
    for address in ("/ranking", "/ranking/2026-10", "/ranking/2026-10/T1"):
        page = browser.get(address).text
        for said in ("第1次更正", "断面达标率录入有误", "本次发布已撤回", "数据有误，正在复核"):
            assert said in page, (address, said)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nothing_that_somebody_typed_shows_a_telephone(browser: FlaskClient, desk: Desk) -> None:
    number = "13812345678"
    without = replace(town("T2", "乙镇", None, None), unranked=f"新成立，问 {number}")
    show(
        desk,
        month_table(
            [town("T1", "天穆镇", "98", 1), without], revision=2, rulebook=f"办法（{number}）",
            corrected_because=f"录入有误，问 {number}",
        ),
        withdrawn_because=f"数据有误，问 {number}",
    )  # fmt: skip
    for address in ("/ranking", "/ranking/2026-10/T1", "/ranking/2026-10/T2"):
        page = browser.get(address).text
        assert number not in page
        assert "（电话号码已隐去）" in page
    table = desk.look(published_months.published)
    assert table is not None
    words = [line.text for line in drawn(table, "河长办", "https://heshao.example").words]
    assert not [text for text in words if number in text]


def test_groups_keep_the_tables_order_and_unranked_units_have_their_reason(
    browser: FlaskClient, desk: Desk
) -> None:
    show(desk, crowded())
    page = browser.get("/ranking/2026-10").text
    assert (
        page.index("<h2>河段较多的单位</h2>")
        < page.index("<h2>河段较少的单位</h2>")
        < page.index("不满一个月")
    )


def test_nothing_is_kept_long_and_no_script_runs(browser: FlaskClient, desk: Desk) -> None:
    show(desk, month_table())
    for address in ("/ranking", "/ranking/2026-10.png", "/ranking/2026-10/T1", "/ranking/2026-09"):
        headers = browser.get(address).headers
        assert headers["Cache-Control"] == "public, max-age=60"
        assert "script-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in browser.get("/ranking").text
    assert "noindex" not in browser.get("/ranking").text


def test_what_the_registry_says_is_never_markup(browser: FlaskClient, desk: Desk) -> None:
    show(desk, month_table(ranked(("90",), ["<b>镇</b>"])))
    assert "<b>镇</b>" not in browser.get("/ranking").text


@pytest.fixture
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install -y chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_on_a_phone_nothing_reaches_over_the_edge(
    pages: Flask, desk: Desk, chromium: Browser, tmp_path: Path
) -> None:
    show(desk, crowded(), withdrawn_because="数据有误，正在复核")
    server = make_server("127.0.0.1", 0, pages, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        for width in (375, 1280):
            page = chromium.new_page(viewport={"width": width, "height": 800}, java_script_enabled=True)
            for path in ("ranking", "ranking/2026-10/T1", "ranking/2026-10/T61", "ranking/2026-08"):
                page.goto(f"http://127.0.0.1:{server.port}/{path}")
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (path, width)
                page.screenshot(path=str(tmp_path / f"{width}-{path.replace('/', '-')}.png"), full_page=True)
            page.goto(f"http://127.0.0.1:{server.port}/ranking")
            assert page.get_by_text(LONGEST_NAME).first.is_visible()
            page.close()
    finally:
        server.shutdown()
