"""The public page's examples: released photographs of months that stand, and no other photograph at any address."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from models.assessment import frozen_of
from models.case import Case
from models.publication import Publication, PublicationState
from models.released_example import ReleasedExample
from services import examples
from services.desk import Desk, Work
from services.photo_store import PhotoStore, derived_key
from tests.frozen_table import frozen, published
from tests.month_tables import month_table
from tests.released_case import SAID, Sent, a_closed_case, released, the_office
from web.case_page import case_pages
from web.ranking import ranking_pages

MONTH = "/ranking/2026-10"
BEFORE, AFTER = f"{MONTH}/examples/1/before.jpg", f"{MONTH}/examples/1/after.jpg"


@pytest.fixture
def browser(desk: Desk, store: PhotoStore) -> FlaskClient:
    app = Flask("test")
    app.register_blueprint(case_pages(desk, store, desk.links.signer))
    app.register_blueprint(ranking_pages(desk, store))
    return app.test_client()


def october(work: Work) -> None:
    """October is frozen and published."""
    published(work, frozen(work, month_table()))


def withdrawn(work: Work) -> None:
    row = work.session.query(Publication).one()
    row.state, row.withdrawn_because = PublicationState.WITHDRAWN, "数据有误"


def taken_back(work: Work, sent: Sent) -> None:
    the_office(work)
    examples.take_back(work, work.session.get_one(Case, sent.case_id), "有车牌")


def test_the_page_shows_both_photographs_with_words_and_nothing_that_was_reported(
    browser: FlaskClient, desk: Desk, store: PhotoStore
) -> None:
    sent = released(desk, store, "三天内清完，电话 13900001111")
    desk.do(october)
    page = browser.get(MONTH).text
    for said in (
        "治理示例", "北运河天穆镇段：污水直排", "天穆镇，2026年10月3日立案，2026年10月12日办结。",
        f'<img src="{BEFORE}" alt="整改前的照片，北运河天穆镇段：污水直排"', f'href="{AFTER}"',
        "三天内清完，电话 （电话号码已隐去）",
    ):  # fmt: skip
        assert said in page, said
    for kept_back in (SAID, "13900001111", "天穆桥", sent.number):
        assert kept_back not in page


def test_a_photograph_is_the_stored_picture_without_what_the_camera_wrote(
    browser: FlaskClient, desk: Desk, store: PhotoStore
) -> None:
    released(desk, store)
    desk.do(october)
    answer = browser.get(AFTER)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert b"Exif" not in answer.data
    with Image.open(BytesIO(answer.data)) as image:
        assert image.size == (502, 300)
        assert not image.getexif()
    again = browser.get(AFTER, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "address",
    [f"{MONTH}/examples/2/before.jpg", f"{MONTH}/examples/0/before.jpg", f"{MONTH}/examples/1/original.jpg",
     "/ranking/2026-09/examples/1/before.jpg", "/ranking/october/examples/1/before.jpg",
     f"{MONTH}/examples/-1/before.jpg", f"{MONTH}/examples/99999999999/before.jpg",
     f"{MONTH}/examples/1/../2/before.jpg"],
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_there_is_no_other_photograph(
    browser: FlaskClient, desk: Desk, store: PhotoStore, address: str
) -> None:
    released(desk, store)
    desk.do(a_closed_case, store, 102)
    desk.do(october)
    assert browser.get(BEFORE).status_code == 200
    assert browser.get(address).status_code == 404


def test_before_the_month_is_published_there_is_none(
    browser: FlaskClient, desk: Desk, store: PhotoStore
) -> None:
    released(desk, store)
    assert browser.get(BEFORE).status_code == 404
    desk.do(lambda work: frozen(work, month_table()))
    assert browser.get(BEFORE).status_code == 404
    desk.do(lambda work: published(work, work.session.scalars(frozen_of("2026-10")).one()))
    assert browser.get(BEFORE).status_code == 200


def test_what_is_taken_back_or_withdrawn_is_gone_at_once(
    browser: FlaskClient, desk: Desk, store: PhotoStore
) -> None:
    first = released(desk, store)
    released(desk, store, serial=102)
    desk.do(october)
    desk.do(taken_back, first)
    assert browser.get(BEFORE).status_code == 404
    assert "examples/1/" not in browser.get(MONTH).text
    assert "examples/2/before.jpg" in browser.get(MONTH).text
    desk.do(withdrawn)
    assert browser.get(f"{MONTH}/examples/2/before.jpg").status_code == 404
    assert "治理示例" not in browser.get(MONTH).text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_photograph_the_store_has_lost_is_not_there(
    browser: FlaskClient, desk: Desk, store: PhotoStore
) -> None:
    released(desk, store)
    desk.do(october)
    digest = desk.look(lambda work: work.session.query(ReleasedExample).one().before.digest or "")
    store.erase(derived_key(digest, "large"))
    assert browser.get(BEFORE).status_code == 404
