"""Notice boards' codes (公示牌二维码): a permanent scene code for each board, and the sheet to print them from."""

import hashlib
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import segno
import zhplot
from fpdf import FPDF
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from models.registry import NoticeBoard, Reach
from services.desk import Desk, Work

FONT = Path(zhplot.__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
INVITATION = "微信扫一扫，反映河湖问题"
LONGEST_SCENE = 64


class SceneCode(Protocol):
    """What the platform gives for a scene: a ticket, and the address the QR code holds."""

    @property
    def ticket(self) -> str: ...
    @property
    def url(self) -> str: ...


class WeChat(Protocol):
    """The one thing asked of the platform here."""

    def create_scene_code(self, scene: str) -> SceneCode:
        """A permanent QR scene code."""
        ...


@dataclass(frozen=True)
class Printed:
    """What is printed for one board."""

    code: str
    url: str
    water: str
    reach: str
    town: str


def scene_of(code: str) -> str:
    """The scene a board's code stands for; one that the platform would not take is replaced by its digest."""
    scene = f"board_{code}"
    if len(scene) <= LONGEST_SCENE and re.fullmatch(r"[A-Za-z0-9_.-]+", scene):
        return scene
    return f"board_{hashlib.sha256(code.encode()).hexdigest()[:32]}"


def boards_in_force() -> Select[NoticeBoard]:
    """Every board that stands or should stand, in the order of the reaches."""
    return (
        select(NoticeBoard)
        .where(NoticeBoard.retired_on.is_(None))
        .options(joinedload(NoticeBoard.reach).joinedload(Reach.town))
        .order_by(NoticeBoard.id)
    )


def board_of_scene(work: Work, scene: str) -> NoticeBoard | None:
    """The board whose code was scanned; an old board still standing at a reach in force is one."""
    standing = select(NoticeBoard).join(NoticeBoard.reach).where(Reach.retired_on.is_(None))
    board = work.session.scalar(standing.where(NoticeBoard.code == scene.removeprefix("board_")))
    if board is not None and scene_of(board.code) == scene:
        return board
    return next((b for b in work.session.scalars(standing) if scene_of(b.code) == scene), None)


def codes(desk: Desk, wechat: WeChat, progress: Callable[[list[str]], Iterable[str]] = iter) -> int:
    """Have a scene code made for each board that has none; returns how many were made.

    Each is written down at once, so that after an interruption only the others are asked for.
    """
    waiting = desk.look(_without_code)
    for code in progress(waiting):
        scene_code = wechat.create_scene_code(scene_of(code))
        desk.do(_keep, code, scene_code.ticket, scene_code.url)
    return len(waiting)


def printed(work: Work) -> list[Printed]:
    """Every board that has its code."""
    return [
        Printed(b.code, b.scene_url, b.reach.water_body.name, b.reach.name, b.reach.town.name)
        for b in work.session.scalars(boards_in_force().where(NoticeBoard.scene_url != ""))
    ]


def sheet(boards: Iterable[Printed], path: Path) -> None:
    """A PDF of A4 pages, six boards a page, to cut apart."""
    page = FPDF(format="A4", unit="mm")
    page.set_auto_page_break(False)
    page.set_title("河湖公示牌二维码")
    page.add_font("NotoSansSC", "", FONT)
    for number, board in enumerate(boards):
        if number % 6 == 0:
            page.add_page()
        row, column = divmod(number % 6, 2)
        _card(page, board, 12 + column * 95, 12 + row * 92)
    if not page.pages:
        page.add_page()
    page.output(str(path))


def _without_code(work: Work) -> list[str]:
    return [
        board.code for board in work.session.scalars(boards_in_force().where(NoticeBoard.scene_url == ""))
    ]


def _keep(work: Work, code: str, ticket: str, url: str) -> None:
    board = work.session.scalars(select(NoticeBoard).where(NoticeBoard.code == code)).one()
    board.scene_ticket, board.scene_url = ticket, url


def _card(page: FPDF, board: Printed, left: float, top: float) -> None:
    page.set_draw_color(160)
    page.rect(left, top, 91, 88)
    _line(page, board.water, left, top + 4, 16)
    picture = io.BytesIO()
    segno.make(board.url, error="q", micro=False).save(picture, kind="png", scale=12, border=2)
    page.image(picture, x=left + 20.5, y=top + 12, w=50, h=50)
    _line(page, INVITATION, left, top + 63, 13)
    _line(page, f"{board.town}　{board.reach}", left, top + 71, 10)
    _line(page, f"公示牌编号：{board.code}", left, top + 78, 10)


def _line(page: FPDF, words: str, left: float, top: float, size: float) -> None:
    """One centred line, made smaller until it fits."""
    page.set_font("NotoSansSC", size=size)
    while page.get_string_width(words) > 87 and size > 5:
        size -= 0.5
        page.set_font("NotoSansSC", size=size)
    page.set_xy(left, top)
    page.cell(91, size * 0.45, words, align="C")
