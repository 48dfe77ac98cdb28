"""A released example in the paper and in the article: pixels and the Office's words, nothing else of the case."""

from collections.abc import Callable
from io import BytesIO

import numpy
import pytest
from docx import Document
from PIL import Image

from services import editions
from services.bulletins import bulletin_paper
from services.desk import Desk
from services.example_pictures import BYTES, SIDE, Pictured, pictured, shown, small
from services.paper_docx import docx_of
from services.papers import Figures, Line
from services.photo_store import PhotoStore, derived_key, original_key
from tests.frozen_table import frozen
from tests.month_tables import month_table
from tests.released_case import SAID, released
from tests.services.pictures import jpeg, saved

Read = Callable[[str], bytes | None]


def read_of(store: PhotoStore) -> Read:
    return lambda digest: store.read(derived_key(digest, "large"))


def examples_of(desk: Desk, store: PhotoStore) -> list[Pictured]:
    return pictured(desk.look(shown, month_table()), read_of(store))


def metadata(content: bytes) -> dict[int, object]:
    with Image.open(BytesIO(content)) as image:
        return dict(image.getexif())


def test_the_original_has_a_place_in_its_file_and_what_is_shown_has_none(
    desk: Desk, store: PhotoStore
) -> None:
    released(desk, store)
    (one,) = examples_of(desk, store)
    assert metadata(store.read(original_key(one.example.before)))
    for content in (one.before, one.after, store.read(derived_key(one.example.before, "large"))):
        assert metadata(content) == {}
        assert b"Exif" not in content


def test_however_rough_a_photograph_is_the_articles_is_small_and_always_the_same() -> None:
    noise = numpy.random.default_rng(1).integers(0, 255, (1200, 1600, 3), dtype=numpy.uint8)
    rough = saved(Image.fromarray(noise), "JPEG", quality=90)
    made = small(rough)
    assert len(made) <= BYTES
    with Image.open(BytesIO(made)) as image:
        assert max(image.size) == SIDE
    assert made == small(rough)
    assert small(jpeg()) == small(jpeg())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_paper_has_them_side_by_side_in_a_chapter_of_their_own(desk: Desk, store: PhotoStore) -> None:
    released(desk, store, "三天内清完，电话 13900001111")
    paper = desk.look(lambda work: bulletin_paper(work, month_table(), examples=examples_of(desk, store)))
    lines = [piece.text for piece in paper.body if isinstance(piece, Line)]
    assert [line for line in lines if line[1] == "、"] == [
        "一、总体情况", "二、先进和后进", "三、问题分布", "四、治理示例", "五、下月要求",
    ]  # fmt: skip
    title = "北运河天穆镇段：污水直排（天穆镇，2026年10月3日立案，2026年10月12日办结）"
    assert title in lines
    (pair,) = [piece for piece in paper.body if isinstance(piece, Figures)]
    assert (pair.left.caption, pair.right.caption) == ("整改前", "整改后")
    whole = Document(BytesIO(docx_of(paper, lambda digest: None)))
    written = "\n".join(line.text for line in whole.paragraphs)
    assert "三天内清完，电话 （电话号码已隐去）" in written
    assert "13900001111" not in written
    assert SAID not in written
    descriptions = [shape.get("descr") for shape in whole.element.xpath("//wp:docPr")]
    assert "整改前的照片，北运河天穆镇段：污水直排" in descriptions


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_without_examples_the_paper_has_no_such_chapter(desk: Desk) -> None:
    lines = [piece.text for piece in desk.look(bulletin_paper, month_table()).body if isinstance(piece, Line)]
    assert "四、下月要求" in lines
    assert not any("示例" in line for line in lines)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_article_brings_six_photographs_at_most_with_words_for_those_who_do_not_see_them(
    desk: Desk, store: PhotoStore
) -> None:
    sent = [released(desk, store, "三天内清完", serial) for serial in (101, 102, 103)]
    number = desk.do(lambda work: frozen(work, month_table()).id)
    made = editions.made(desk, number, read_of(store))
    photographs = [name for name in made.pictures if name.startswith("example")]
    assert len(photographs) == 6
    urls = {name: f"http://mmbiz.qpic.cn/{name}" for name in made.pictures}
    html = made.content_with(urls)
    assert html.count("<img") >= 7
    assert 'src="http://mmbiz.qpic.cn/example3_after" alt="整改后的照片，北运河天穆镇段：污水直排"' in html
    assert "三天内清完" in html
    for kept_back in (SAID, "天穆桥", *(one.number for one in sent)):
        assert kept_back not in html


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_example_whose_photograph_is_gone_from_the_store_is_left_out_whole(
    desk: Desk, store: PhotoStore
) -> None:
    released(desk, store)
    assert pictured(desk.look(shown, month_table()), lambda digest: None) == []
    number = desk.do(lambda work: frozen(work, month_table()).id)
    made = editions.made(desk, number, lambda digest: None)
    assert "治理示例" not in made.content_with(dict.fromkeys(made.pictures, "u"))
