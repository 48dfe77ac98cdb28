"""`flask orders`, `admonitions`, `referrals`, `open-list`, `circular`: what they print and write, and their papers."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from PIL import Image

import commands.admonitions
import commands.open_list
import commands.orders
import commands.referrals
from bot.messages import Message, Photo, Said, Text
from handlers import speech
from models.case import Case
from services import cases, evidence
from services.desk import Desk
from services.photo_store import PhotoStore
from services.photographs import PhotoLimits, examine
from tests.conftest import ROOT, Clock
from tests.district import lay_out
from tests.town_life import Life, china

Run = Callable[..., Result]
PHONE = "13812345678"


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore((tmp_path / "photos").as_uri())


@pytest.fixture
def run(desk: Desk, store: PhotoStore) -> Run:
    app = Flask(__name__, template_folder=str(ROOT / "web" / "templates"))
    app.extensions["heshao"] = SimpleNamespace(desk=desk, store=store)
    for group in (
        commands.orders.orders, commands.admonitions.admonitions, commands.referrals.referrals,
        commands.open_list.open_list, commands.open_list.circular,
    ):  # fmt: skip
        app.cli.add_command(group)

    def invoke(*words: str) -> Result:
        result = app.test_cli_runner().invoke(args=list(words))
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def a_photo(colour: str = "olive") -> bytes:
    """A JPEG that carries EXIF with a camera's name and a place."""
    image = Image.new("RGB", (900, 600), colour)
    for x in range(0, 900, 7):
        image.putpixel((x, x % 600), (255, x % 255, 0))
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def life(desk: Desk, clock: Clock, store: PhotoStore) -> Life:
    """The district, and one case reported by li with a photo and a telephone number, accepted by the town."""
    life = Life(desk, clock, lay_out(desk))
    dispatcher = speech.dispatcher()
    said: tuple[Said, ...] = (
        Photo("m"), Text("北运河天穆镇段"), Text(f"河边有垃圾，我叫李四，电话{PHONE}"), Text("提交"),
    )  # fmt: skip
    for n, words in enumerate(said):
        desk.do(dispatcher.answer, Message("o-li", "gh", desk.clock(), words, f"k{n}"))
    content = a_photo()
    photo = examine(content, PhotoLimits(10**7, 10**8))
    store.put_original(photo.digest, content)
    store.put_derived(photo.digest, "large", photo.large)
    (piece,) = desk.do(evidence.lease, 10)
    desk.do(evidence.arrived, piece.id, photo)
    life.does("chief", cases.accept, 1)
    return life


def words_of(content: bytes) -> str:
    """Every word of a .docx, tables included."""
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def found(run: Run, *words: str) -> Any:
    return json.loads(run(*words, "--json").output)


def test_an_order_from_issue_to_acceptance(run: Run, life: Life, tmp_path: Path) -> None:
    assert (
        found(run, "orders", "issue", "2026-0001", "--reason", "多次催办仍未整改")["number"] == "〔2026〕1号"
    )
    assert "已有没有办结的督办单" in run("orders", "issue", "2026-0001", "--reason", "再催").output
    (tmp_path / "a.jpg").write_bytes(a_photo("navy"))
    answered = found(run, "orders", "answer", "1", "--words", "已清理", "--photo", str(tmp_path / "a.jpg"))
    assert answered["state"] == "answered"
    assert found(run, "orders", "send-back", "1", "--reason", "照片看不清")["state"] == "sent_back"
    run("orders", "answer", "〔2026〕1号", "--words", "已清理完毕", "--photo", str(tmp_path / "a.jpg"))
    run("orders", "accept", "2026-1")
    shown = found(run, "orders", "show", "1")
    assert [(a["accepted"], len(a["photos"])) for a in shown["answers"]] == [(False, 1), (True, 1)]
    assert [row["state"] for row in found(run, "orders", "list")] == ["accepted"]
    assert found(run, "orders", "list", "--open") == []
    assert "没有找到督办单" in run("orders", "show", "9").output


def test_the_order_is_an_official_paper(run: Run, life: Life, tmp_path: Path) -> None:
    run("orders", "issue", "2026-0001", "--reason", "多次催办仍未整改")
    for ending in ("docx", "html"):
        assert run("orders", "document", "1", "-o", str(tmp_path / f"order.{ending}")).exit_code == 0
    text = words_of((tmp_path / "order.docx").read_bytes())
    page = (tmp_path / "order.html").read_text("utf-8")
    for part in (
        "北辰区河长制办公室", "〔2026〕1号", "天穆镇人民政府：", "案件号2026-0001", "多次催办仍未整改",
        "于2026年11月26日24时前书面答复", "附件：现场照片1张", "2026年11月23日", "抄送：区级河湖长。",
    ):  # fmt: skip
        assert part in text
        assert part in page
    for kept in (text, page):
        assert PHONE not in kept
        assert "李四" not in kept
    with zipfile.ZipFile(tmp_path / "order.docx") as archive:
        pictures = [archive.read(name) for name in archive.namelist() if name.startswith("word/media/")]
    assert len(pictures) == 1
    assert b"SecretCamera" not in pictures[0]
    assert b"SecretCamera" not in page.encode()
    assert "data:image/jpeg;base64," in page
    assert run("orders", "document", "1", "-o", str(tmp_path / "order.odt")).exit_code == 2


def test_a_talk_its_minutes_and_the_bundle_of_the_referral(run: Run, life: Life, tmp_path: Path) -> None:
    run("orders", "issue", "2026-0001", "--reason", "多次催办仍未整改")
    run("admonitions", "call", "2026-0001", "--reason", "整改不力")
    assert "没有录入纪要" in run("admonitions", "document", "1", "-o", str(tmp_path / "m.docx")).output
    assert "之后" in run("admonitions", "date", "1", "--at", "2026-11-20T14:00").output
    run("admonitions", "date", "1", "--at", "2026-11-26T14:00", "--place", "区河长办")
    held = found(
        run, "admonitions", "minutes", "1", "--by", "周主任", "--with", "王镇长", "--with", "赵联络员", "--words",
        "指出问题", "--undertakings", "十日内清理完毕", "--until", "2026-12-04",
    )  # fmt: skip
    assert (held["state"], held["persons"], held["undertakings_by"]) == (
        "held",
        2,
        "2026-12-05T00:00:00+08:00",
    )
    run("admonitions", "document", "1", "-o", str(tmp_path / "m.docx"))
    assert "被约谈人：王镇长、赵联络员（2人）" in words_of((tmp_path / "m.docx").read_bytes())
    run("referrals", "prepare", "2026-0001", "--reason", "拒不整改", "--body", "区纪委监委")
    run("referrals", "bundle", "1", "-o", str(tmp_path / "file.zip"))
    with zipfile.ZipFile(tmp_path / "file.zip") as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        whole = "".join(words_of(archive.read(n)) for n in archive.namelist() if n.endswith(".docx"))
        assert not any(b"SecretCamera" in archive.read(n) for n in archive.namelist())
    assert names == [
        "00 移送函.docx", "01 案卷.docx", "02 督办单〔2026〕1号.docx", "03 约谈纪要〔2026〕1号.docx",
        "照片/01 问题照片1.jpg", "清单.csv",
    ]  # fmt: skip
    assert "区纪委监委：" in whole
    assert "下发督办单" in whole
    assert PHONE not in whole
    run("referrals", "send", "1")
    assert [row["state"] for row in found(run, "referrals", "list")] == ["sent"]
    assert [row["state"] for row in found(run, "admonitions", "list")] == ["referred"]


def test_no_paper_names_who_reported(run: Run, life: Life, desk: Desk, tmp_path: Path) -> None:
    run("referrals", "prepare", "2026-0001", "--reason", "拒不整改")
    run("referrals", "bundle", "1", "-o", str(tmp_path / "file.zip"))
    with desk.reading() as work:
        from sqlalchemy import select

        from models.report import Report

        report = work.session.scalars(select(Report)).one()
        secrets = ["李四", report.ticket, "o-li", report.reporter.pseudonym if report.reporter else "", PHONE]
    with zipfile.ZipFile(tmp_path / "file.zip") as archive:
        whole = "".join(words_of(archive.read(n)) for n in archive.namelist() if n.endswith(".docx"))
    assert [secret for secret in secrets if secret in whole] == []


def test_what_is_open_and_the_months_circular(run: Run, life: Life, tmp_path: Path) -> None:
    life.opens(town="北仓镇")
    life.clock.set(china("2026-12-02 10:00"))
    rows = found(run, "open-list")
    assert [(row["town"], row["number"], row["late"]) for row in rows] == [
        ("天穆镇", "2026-0001", 2), ("北仓镇", "2026-0002", 6),
    ]  # fmt: skip
    assert found(run, "open-list", "--town", "双街镇") == []
    for ending in ("xlsx", "docx", "html"):
        assert run("open-list", "-o", str(tmp_path / f"list.{ending}")).exit_code == 0
    sheet = load_workbook(tmp_path / "list.xlsx").active
    assert sheet is not None
    assert [[c.value for c in row[:2]] for row in sheet.iter_rows()] == [
        ["镇街", "案件号"], ["天穆镇", "2026-0001"], ["北仓镇", "2026-0002"],
    ]  # fmt: skip
    assert "在办2件，其中逾期2件" in words_of((tmp_path / "list.docx").read_bytes())
    run("circular", "--month", "2026-11", "-o", str(tmp_path / "circular.docx"))
    text = words_of((tmp_path / "circular.docx").read_bytes())
    assert "关于2026年11月河湖问题办理情况的通报" in text
    assert "本月交办2件，办结0件" in text


def test_the_circular_as_a_workbook_says_what_the_paper_says(
    run: Run, life: Life, desk: Desk, tmp_path: Path
) -> None:
    run("orders", "issue", "2026-0001", "--reason", "多次催办仍未整改")
    life.opens(town="北仓镇")
    desk.do(lambda work: setattr(work.session.get_one(Case, 2), "place", f"闸口，电话{PHONE}"))
    life.clock.set(china("2026-12-01 10:00"))
    for ending in ("xlsx", "html"):
        written = run("circular", "--month", "2026-11", "-o", str(tmp_path / f"circular.{ending}"))
        assert "已写入" in written.output
    book = load_workbook(tmp_path / "circular.xlsx")
    assert book.sheetnames == ["各单位情况", "逾期问题", "在办清单"]
    assert [[cell.value for cell in row] for row in book["各单位情况"].iter_rows()] == [
        ["单位", "交办", "办结", "在办", "逾期", "督办单", "约谈"],
        ["天穆镇", 1, 0, 1, 1, 1, 0], ["北仓镇", 1, 0, 1, 1, 0, 0], ["合计", 2, 0, 2, 2, 1, 0],
    ]  # fmt: skip
    assert [row[1].value for row in book["逾期问题"].iter_rows(min_row=2)] == ["2026-0001", "2026-0002"]
    everything = "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "闸口" in everything
    assert PHONE not in everything
    assert PHONE not in (tmp_path / "circular.html").read_text("utf-8")
    assert run("circular", "--month", "2026-11", "-o", str(tmp_path / "circular.odt")).exit_code == 2


def test_a_place_that_looks_like_a_formula_stays_words(
    run: Run, life: Life, desk: Desk, tmp_path: Path
) -> None:
    desk.do(lambda work: setattr(work.session.get_one(Case, 1), "place", "=1+1"))
    run("open-list", "-o", str(tmp_path / "list.xlsx"))
    sheet = load_workbook(tmp_path / "list.xlsx").active
    assert sheet is not None
    assert [(c.value, c.data_type) for c in sheet[2]][4] == ("=1+1", "s")


def test_a_telephone_in_the_place_is_in_no_paper_nor_its_title(
    run: Run, life: Life, desk: Desk, tmp_path: Path
) -> None:
    desk.do(lambda work: setattr(work.session.get_one(Case, 1), "place", f"{PHONE}桥边"))
    run("orders", "issue", "2026-0001", "--reason", "多次催办仍未整改")
    run("orders", "document", "1", "-o", str(tmp_path / "order.docx"))
    order = words_of((tmp_path / "order.docx").read_bytes())
    assert "关于限期整改（电话号码已隐去）桥边岸线垃圾问题的督办单" in order
    run("referrals", "prepare", "2026-0001", "--reason", "拒不整改")
    run("referrals", "bundle", "1", "-o", str(tmp_path / "file.zip"))
    run("open-list", "-o", str(tmp_path / "list.docx"))
    with zipfile.ZipFile(tmp_path / "file.zip") as archive:
        whole = [words_of(archive.read(n)) for n in archive.namelist() if n.endswith(".docx")]
    for text in (order, words_of((tmp_path / "list.docx").read_bytes()), *whole):
        assert "桥边" in text
        assert PHONE not in text


def test_putting_off_and_urging(run: Run, life: Life, desk: Desk) -> None:
    assert "告诉了 2 人" in run("orders", "urge", "2026-0001", "--reason", "请抓紧").output
    assert "已暂缓 3 个工作日" in run("orders", "hold", "2026-0001", "3", "--reason", "汛期抢险").output
    with desk.reading() as work:
        assert work.session.get_one(Case, 1).held_until == china("2026-11-27 00:00")
