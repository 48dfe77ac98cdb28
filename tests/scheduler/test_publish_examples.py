"""An article with examples on the platform: all of an example or nothing of it, whenever it is taken back."""

import re
from io import BytesIO
from pathlib import Path

import pytest
import requests
from PIL import Image

from models.case import Case
from models.publication import PublicationState
from scheduler.publish import do_step
from services import editions, examples, press_errands
from services.desk import Work
from services.photo_store import PhotoStore, derived_key
from tests.press import Press
from tests.released_case import Sent, released, the_office

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def sent(press: Press, tmp_path: Path) -> Sent:
    """October has an example, and its article shows what the store has."""
    store = PhotoStore((tmp_path / "photos").as_uri())
    press.compose = lambda work, number: editions.compose(
        work, number, lambda digest: store.read(derived_key(digest, "large"))
    )
    return released(press.desk, store, "三天内清完")


def taken_back(work: Work, sent: Sent) -> bool:
    the_office(work)
    return examples.take_back(work, work.session.get_one(Case, sent.case_id), "有车牌")[1]


def step(press: Press) -> None:
    """The next step of the publication, and no other."""
    errand = press.desk.do(press_errands.lease, press.clock())
    assert errand is not None
    do_step(press.printer(), errand)


def read_there(press: Press) -> str:
    press.runs()
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED
    return press.platform.read(press.row().article_url)


def test_both_photographs_are_on_the_platform_without_what_the_camera_wrote(press: Press, sent: Sent) -> None:
    press.wants()
    html = read_there(press)
    assert "三天内清完" in html
    sources = re.findall(r'<img src="([^"]+)" alt="整改[前后]的照片', html)
    assert len(sources) == 2
    for source in sources:
        content = requests.get(source, timeout=5).content
        with Image.open(BytesIO(content)) as image:
            assert (image.format, dict(image.getexif())) == ("JPEG", {})
    assert press.asked("media/uploadimg") == len(set(re.findall(r'<img src="([^"]+)"', html)))


def test_taken_back_before_the_draft_nothing_of_it_is_in_the_article(press: Press, sent: Sent) -> None:
    press.wants()
    step(press)
    assert press.row().state is PublicationState.UPLOADED
    assert not press.desk.do(taken_back, sent)
    html = read_there(press)
    assert "治理示例" not in html
    assert "整改前" not in html


def test_taken_back_after_the_draft_the_article_stays_whole_and_the_clerk_is_told(
    press: Press, sent: Sent
) -> None:
    press.wants()
    step(press)
    step(press)
    assert press.row().state is PublicationState.DRAFTED
    assert press.desk.do(taken_back, sent)
    html = read_there(press)
    assert html.count("整改前的照片") == html.count("整改后的照片") == 1
