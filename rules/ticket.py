"""The reporter's ticket (受理编号): fourteen digits that can be read aloud, typed by anybody and checked.

Thirteen random digits (43 bits: not to be guessed) and one check digit by Damm's quasigroup of order 10, which
notices every single wrong digit and every exchange of two neighbours (H. M. Damm, Total anti-symmetrische
Quasigruppen, 2004). Shown as 3725-8841-0936-27.
"""

import re
import unicodedata
from random import Random

_DIGITS = 14
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_SPOKEN = "〇零o 一幺 二两 三 四 五 六 七 八 九"
_NUMERALS = {ord(word): str(i) for i, words in enumerate(_SPOKEN.split()) for word in words}
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−－_~·.,，。、:：()（）\[\]【】“”\"'杠横]+")
_LABEL = re.compile(r"^(?:我的)?(?:受理|举报|查询)?(?:编号|单号|号码?)(?:是|为)?")


def new(random: Random) -> str:
    """A new ticket as shown; `random` must be a SystemRandom outside tests."""
    digits = f"{random.randrange(10 ** (_DIGITS - 1)):0{_DIGITS - 1}d}"
    return _shown(digits + str(_interim(digits)))


def normalised(text: str) -> str | None:
    """The ticket a person typed or spoke, as shown; None where it is none or its check digit is wrong.

    Full-width and Chinese numerals, spaces, any dash or none, and a label such as 编号 are understood.
    """
    digits = _digits(text)
    return _shown(digits) if digits and _interim(digits) == 0 else None


def is_ticket_like(text: str) -> bool:
    """Whether the text is fourteen digits: meant as a ticket, though the check digit may be wrong."""
    return _digits(text) is not None


def _digits(text: str) -> str | None:
    said = _LABEL.sub("", _BETWEEN.sub("", unicodedata.normalize("NFKC", text)))
    said = said.casefold().translate(_NUMERALS).removesuffix("号")
    return said if re.fullmatch(rf"[0-9]{{{_DIGITS}}}", said) else None


def _interim(digits: str) -> int:
    """Damm's check digit of these digits; 0 for digits that end in theirs."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim


def _shown(digits: str) -> str:
    return "-".join((digits[:4], digits[4:8], digits[8:12], digits[12:]))
