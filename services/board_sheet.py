"""The sheet to print the notice boards' codes from: A4, six boards a page.

Apart from services/boards.py because fpdf takes half a second to import, which only this needs.
"""

import io
from collections.abc import Iterable
from pathlib import Path

import segno
from fpdf import FPDF

from services.boards import Printed
from services.typeface import FONT

INVITATION = "微信扫一扫，反映河湖问题"


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
