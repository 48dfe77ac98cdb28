"""What of a released example (示例) is shown, and its two photographs as article and paper carry them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from models.released_example import ReleasedExample, shown_with
from rules.months import Month
from rules.privacy import without_telephone
from services.desk import Desk, Work
from services.examples import AFTER, BEFORE, MOST
from services.month_table import MonthTable
from services.papers import Figure, Figures, Line, Piece, in_full
from services.pixels import shrunk

SIDE = 1080
"""Pixels of the longer side: as wide as a phone shows it, and sharp across half a page."""
BYTES = 400_000
"""Six of them and the ranking stay below what one likes to load on the road."""
Read = Callable[[str], bytes | None]
"""A photograph as pages show it (JPEG without EXIF) by the digest of its original; None where it is not there."""
QUALITIES = (82, 70, 55, 40, 25)


@dataclass(frozen=True)
class Example:
    """One example as anybody may see it."""

    id: int
    kind: str
    town: str
    water: str
    """The reach; empty where there is none."""
    opened: str
    closed: str
    """2026年10月3日."""
    words: str
    before: str
    after: str
    """SHA-256 of the originals."""

    @property
    def title(self) -> str:
        """北运河天穆镇段：岸线垃圾."""
        return f"{self.water or self.town}：{self.kind}"

    @property
    def facts(self) -> str:
        """天穆镇，2026年10月3日立案，2026年10月12日办结。"""
        return "，".join(filter(None, (self.town, f"{self.opened}立案", f"{self.closed}办结"))) + "。"

    @property
    def before_alt(self) -> str:
        """What the photograph before shows, as far as anybody knows."""
        return f"{BEFORE}的照片，{self.title}"

    @property
    def after_alt(self) -> str:
        """What the one after shows."""
        return f"{AFTER}的照片，{self.title}"


@dataclass(frozen=True)
class Pictured:
    """An example with its photographs: JPEG without EXIF."""

    example: Example
    before: bytes
    after: bytes

    def pieces(self) -> list[Piece]:
        """As a paper shows it: the Office's sentence below the two photographs."""
        one = self.example
        pair = Figures(Figure(self.before, BEFORE, one.before_alt), Figure(self.after, AFTER, one.after_alt))
        said = [Line(one.words)] if one.words else []
        return [Line(f"{one.title}（{one.facts.removesuffix('。')}）"), pair, *said]


def shown(work: Work, table: MonthTable) -> list[Example]:
    """The month's examples as they stand now; none where its publication was withdrawn."""
    return [] if table.withdrawn_because else of_month(work, table.month)


def of_month(work: Work, month: Month) -> list[Example]:
    """What is to be shown with this month, whether it was published or not."""
    return [_example(row) for row in work.session.scalars(shown_with(str(month)).limit(MOST))]


def _example(row: ReleasedExample) -> Example:
    return Example(
        row.id, row.kind, row.town, without_telephone(row.water), in_full(row.opened_on), in_full(row.closed_on),
        without_telephone(row.words), row.before.digest or "", row.after.digest or "",
    )  # fmt: skip


def read_ahead(desk: Desk, month: Month, read: Read) -> Read:
    """Gives the month's photographs, all of them read before: a store far away holds up no transaction."""
    examples = desk.look(of_month, month)
    there = {digest: read(digest) for one in examples for digest in (one.before, one.after)}
    return there.get


def pictured(examples: Iterable[Example], read: Read) -> list[Pictured]:
    """Those whose photographs are both there; `read` gives a photograph as pages show it, by its digest."""
    found = []
    for example in examples:
        before, after = read(example.before), read(example.after)
        if before is not None and after is not None:
            found.append(Pictured(example, small(before), small(after)))
    return found


def small(content: bytes) -> bytes:
    """The photograph small enough for an article, and nothing of the file but its pixels."""
    with Image.open(BytesIO(content)) as opened:
        image = shrunk(opened.convert("RGB"), SIDE)
    kept = b""
    for quality in QUALITIES:
        output = BytesIO()
        image.save(output, "JPEG", quality=quality)
        kept = output.getvalue()
        if len(kept) <= BYTES:
            break
    return kept
