"""The number of a case (问题单编号): the year and a serial number within it, as 2026-0012.

Typed in any of the usual ways, also as official papers are numbered (〔2026〕12号, 《党政机关公文格式》
GB/T 9704—2012, 7.2.5).
"""

import re
import unicodedata

_LABEL = r"(?:案件|问题单?|单)?(?:编?号)?[:：]?"
_SEPARATED = re.compile(rf"{_LABEL}[\[(【〔]?(20[0-9]{{2}})(?:[\])】〕]|年|-)+第?([0-9]{{1,9}})号?", re.ASCII)
_TOGETHER = re.compile(rf"{_LABEL}(20[0-9]{{2}})([0-9]{{4,5}})号?", re.ASCII)
_SPACED = re.compile(r"\s*([-年第号:()\[\]〔〕【】])\s*")
_DASHES = re.compile(r"[‐‑‒–—―−－_/.]+")


def case_number(year: int, serial: int) -> str:
    """“2026-0012”; longer where the serial needs it. Raises ValueError outside 2000–2099 or below 1."""
    if not 2000 <= year <= 2099 or serial < 1:
        raise ValueError("a case number has a year from 2000 to 2099 and a serial from 1")
    return f"{year}-{serial:04d}"


def parse(text: str) -> tuple[int, int] | None:
    """(year, serial) of a case number however typed, None for anything else, a short number included."""
    said = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip())
    said = re.sub(r"\s+", "-", _SPACED.sub(r"\1", said))
    match = _SEPARATED.fullmatch(said) or _TOGETHER.fullmatch(said)
    if not match or not int(match[2]):
        return None
    return int(match[1]), int(match[2])
