"""A picture drawn with measured words: each stays inside its box, smaller, wrapped or cut with “…” if need be.

What was written is remembered with its box and the ink it left, so that tests can measure instead of look.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw

from services.typeface import drawable, sized

INK, QUIET, PAPER, GROUND, LINE = "#14212b", "#41525f", "#ffffff", "#eef2f5", "#c6d0d7"
WATER, WATER_LIGHT, AMBER, AMBER_LIGHT = "#0b5c7a", "#e3f1f6", "#8a3d00", "#fdf1e3"
"""Blue and brown-orange: told apart by those who see no red or green, and by their lightness in grey."""
COLOURS = 64
"""Of the finished picture: flat colours and the edges of letters need no more."""
OPENING, CLOSING = "（《“‘【〔", "，。、；：？！）》”’】〕%"
"""Stand at no end and at no beginning of a line (避头尾)."""

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; right and bottom are outside it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def holds(self, other: "Box") -> bool:
        """Whether the other one lies wholly inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: "Box") -> bool:
        """Whether they share a pixel."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Written:
    """One line of words on the canvas."""

    text: str
    size: int
    box: Box
    ink: Box


class Canvas:
    """A picture on which words, bars and marks are put."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self._draw = ImageDraw.Draw(self.image)
        self.words: list[Written] = []

    @property
    def box(self) -> Box:
        """The whole of it."""
        return Box(0, 0, *self.image.size)

    def write(
        self, text: str, box: Box, size: int, *, colour: str = INK, align: Align = "left", least: int = 32,
        strong: bool = False,
    ) -> None:  # fmt: skip
        """One line, in the middle of the box's height; smaller down to `least` pixels, then cut with “…”."""
        text, stroke = drawable(text), 0.7 if strong else 0
        while size > least and _width(text, size, stroke) > box.width:
            size -= 1
        text = _cut(text, size, stroke, box.width)
        if not text:
            return
        font, across = sized(size), _width(text, size, stroke)
        free = {"left": 0.0, "center": 0.5, "right": 1.0}[align] * (box.width - across)
        at = (box.left + max(free, 0) + stroke, (box.top + box.bottom) / 2 + size * 0.36)
        self._draw.text(at, text, fill=colour, font=font, anchor="ls", stroke_width=stroke)
        ink = Box(*self._draw.textbbox(at, text, font=font, anchor="ls", stroke_width=stroke))
        self.words.append(Written(text, size, box, ink))

    def paragraph(
        self,
        text: str,
        left: float,
        top: float,
        width: float,
        size: int,
        *,
        colour: str = INK,
        most: int = 99,
    ) -> float:
        """Lines as wide as allowed, at most so many; returns where the last one ends."""
        for line in wrapped(text, size, width, most):
            self.write(line, Box(left, top, left + width, top + size * 1.5), size, colour=colour, least=size)
            top += size * 1.5
        return top

    def fill(self, box: Box, colour: str, radius: float = 0) -> None:
        """A filled rectangle."""
        if box.width >= 1 and box.height >= 1:
            corners = (box.left, box.top, box.right - 1, box.bottom - 1)
            self._draw.rounded_rectangle(corners, min(radius, box.width / 2, box.height / 2), colour)

    def line(self, points: list[tuple[float, float]], colour: str, width: int = 2) -> None:
        """A line through the points."""
        self._draw.line(points, colour, width, joint="curve")

    def dot(self, at: tuple[float, float], radius: float, colour: str) -> None:
        """A filled circle."""
        x, y = at
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)

    def put(self, image: Image.Image, box: Box) -> None:
        """Another picture, as large as the box, its pixels kept sharp."""
        size = (round(box.width), round(box.height))
        self.image.paste(image.resize(size, Image.Resampling.NEAREST), (round(box.left), round(box.top)))

    def png(self) -> bytes:
        """The file: few colours, no date, the same bytes for the same picture."""
        few = self.image.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        buffer = BytesIO()
        few.save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def wrapped(text: str, size: int, width: float, most: int = 99) -> list[str]:
    """The lines a paragraph takes at this size; what goes beyond `most` is cut with “…”."""
    lines: list[str] = []
    rest = drawable(text)
    while rest and len(lines) < most - 1:
        end = _fitting(rest, size, width)
        lines.append(rest[:end].strip())
        rest = rest[end:].lstrip()
    return [*lines, _cut(rest, size, 0, width)] if rest else lines


def _fitting(text: str, size: int, width: float) -> int:
    """How many signs of the text stand on one line: at least one."""
    end, taken = 0, 0.0
    while end < len(text) and taken + _width(text[end], size) <= width:
        taken += _width(text[end], size)
        end += 1
    if end >= len(text):
        return end
    good = end
    while good > 1 and (text[good] in CLOSING or text[good - 1] in OPENING or _divides(text, good)):
        good -= 1
    return max(good if good > end // 2 else end, 1)


def _divides(text: str, at: int) -> bool:
    """Whether a line ending here would cut a number or a word."""
    before, after = text[at - 1], text[at]
    return before.isascii() and after.isascii() and not before.isspace() and not after.isspace()


def _cut(text: str, size: int, stroke: float, width: float) -> str:
    if _width(text, size, stroke) <= width:
        return text
    while text and _width(f"{text}…", size, stroke) > width:
        text = text[:-1]
    return f"{text}…" if text else ""


def _width(text: str, size: int, stroke: float = 0) -> float:
    return sized(size).getlength(text) + 2 * stroke
