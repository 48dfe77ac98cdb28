"""The typeface of pictures and printed sheets: Noto Sans SC (SIL Open Font License 1.1), brought by pip alone.

It lies in the wheel `zhplot` with its licence beside it (zhplot/fonts/OFL.txt); zhplot itself is not imported, for it
would bring matplotlib with it. It is read where it lies and not changed, which the licence allows to anybody.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

FONT = Path(next(iter(find_spec("zhplot").submodule_search_locations))) / "fonts" / "NotoSansSC-Regular.ttf"  # type: ignore[union-attr,arg-type]
ABSENT = "〓"
"""Stands where the typeface has no sign, as in print: an empty box would look like a fault."""


@cache
def sized(pixels: int) -> ImageFont.FreeTypeFont:
    """The typeface at this size. Without shaping, which Chinese does not need: the same on every machine."""
    return ImageFont.truetype(str(FONT), pixels, layout_engine=ImageFont.Layout.BASIC)


@cache
def signs() -> frozenset[int]:
    """Every code point the typeface can draw (30,890)."""
    with TTFont(str(FONT), lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


def drawable(text: str) -> str:
    """The text on one line; what cannot be drawn is replaced by 〓."""
    return "".join(c if ord(c) in signs() else ABSENT for c in " ".join(text.split()))
