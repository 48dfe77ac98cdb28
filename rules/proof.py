"""Whether a photograph can prove a rectification (整改后照片).

Source: the district's procedure of 整改–复核 as in docs/rules.md: the proof shows the place afterwards, so it
is neither older than the report nor a picture of before. WeChat's chat strips EXIF: that proves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rules.similarity import same_picture

NO_TIME = "照片不含拍摄时间，属微信聊天正常情况"


@dataclass(frozen=True)
class Picture:
    """A photograph as evidence: SHA-256 of the original and perceptual hash, both hex."""

    digest: str
    perceptual: str
    """Empty for a picture that shows nothing one could recognise."""


@dataclass(frozen=True)
class Verdict:
    """Whether it can be proof, why not, and what the Office should know without accusing anybody."""

    ok: bool
    reason: str = ""
    mark: str = ""


def judge(
    taken_at: datetime | None, proof: Picture, reported_at: datetime, befores: Iterable[Picture], bits: int
) -> Verdict:
    """Judge one photograph of a proof against the report's time and its pictures of before.

    Times are aware; `bits`: how many of 64 may differ between the perceptual hashes of the same picture.
    """
    mark = NO_TIME if taken_at is None else ""
    if taken_at is not None and taken_at < reported_at:
        return Verdict(False, "照片的拍摄时间早于举报时间，请发送整改后拍摄的照片。")
    if any(_is_same(proof, before, bits) for before in befores):
        return Verdict(False, "照片与整改前的照片相同，请发送整改后拍摄的照片。", mark)
    return Verdict(True, mark=mark)


def _is_same(one: Picture, other: Picture, bits: int) -> bool:
    return one.digest == other.digest or same_picture(one.perceptual, other.perceptual, bits)
