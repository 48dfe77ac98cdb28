"""What a cell of the registry's workbook says: text, codes, dates, numbers, and words from a list."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from rules.roles import ROLE_NAMES, Role
from rules.routing import Bank
from services.sheets import TARGETS

ROLES = {name: role for role, name in ROLE_NAMES.items()}
BANKS = {
    "": Bank.BOTH,
    "两岸": Bank.BOTH,
    "左岸": Bank.LEFT,
    "左": Bank.LEFT,
    "右岸": Bank.RIGHT,
    "右": Bank.RIGHT,
}
FULL_WIDTH = {ord("０") + n: ord("0") + n for n in range(10)} | {
    ord(first) + n: ord(plain) + n for first, plain in (("Ａ", "A"), ("ａ", "a")) for n in range(26)
}
LONGEST = 1_000
"""Characters in an ordinary cell."""


class Unreadable(Exception):
    """This cell does not say what it should; the message is the reason."""


def text(value: object) -> str:
    """Words, without surrounding blanks, line breaks and characters that cannot be seen."""
    written = _plain(value)
    if len(written) > LONGEST:
        raise Unreadable(f"有 {len(written)} 个字，太长了（最多 {LONGEST} 个字）")
    return written


def code(value: object) -> str:
    """A code as text; a number that Excel made of it loses its .0, full-width digits become plain ones."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**15:
        raise Unreadable("编码被当成了数字，后几位已丢失；请把这一列设为“文本”格式后重填")
    return text(value).translate(FULL_WIDTH)


def codes(value: object) -> tuple[str, ...]:
    """Several codes in one cell, separated by 、 (commas, semicolons and new lines will do)."""
    return _several(code(_with_new_lines(value)))


def names(value: object) -> tuple[str, ...]:
    """Several names in one cell, separated likewise."""
    return _several(text(_with_new_lines(value)))


def day(value: object) -> date | None:
    """A date cell, or text such as 2021-02-07."""
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    else:
        written = text(value).translate(FULL_WIDTH)
        if not written:
            return None
        found = _spelled_day(written)
    if not 1900 <= found.year <= 2100:
        raise Unreadable(f"{found.isoformat()} 不像真的日期")
    return found


def length(value: object) -> Decimal | None:
    """Kilometres, to the metre."""
    km = number(value, "长度")
    if km is None:
        return None
    if not 0 <= km <= 10_000:
        raise Unreadable(f"长度 {km:f} 公里不合理")
    return km.quantize(Decimal("0.001"))


def degrees(value: object) -> float | None:
    """A longitude or latitude; whether the two fit is judged together."""
    found = number(value, "经纬度")
    return None if found is None else round(float(found), 7)


def phone(value: object) -> str:
    """A telephone number: 11 digits, or a landline's 7 to 12; blanks, hyphens and +86 are dropped."""
    written = re.sub(r"[\s\-－—()（）]", "", code(value))
    written = re.sub(r"^(\+|＋|00)86", "", written)
    if written and not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7}", written):
        raise Unreadable(f"“{_short(written)}”不像电话号码")
    return written


def openid(value: object) -> str:
    """A WeChat openid, or empty."""
    written = text(value)
    if written and not re.fullmatch(r"[A-Za-z0-9_-]{6,64}", written):
        raise Unreadable(f"“{_short(written)}”不是 openid（应为字母、数字、-、_，通常 28 位）")
    return written


def target(value: object) -> str:
    """A water-quality target I to V, also Ⅰ to Ⅴ, with or without 类."""
    written = unicodedata.normalize("NFKC", text(value)).upper().replace(" ", "").removesuffix("类")
    if written and written not in TARGETS:
        raise Unreadable(f"“{_short(text(value))}”不是水质目标，应为 I、II、III、IV、V（Ⅰ–Ⅴ、带“类”字亦可）")
    return written


def bank(value: object) -> Bank:
    """Which bank, facing downstream; empty means both."""
    return BANKS[_one_of(text(value), BANKS, "左岸、右岸，或留空（两岸）")]


def role(value: object) -> Role:
    """A role by its Chinese name."""
    return ROLES[_one_of(text(value), ROLES, "、".join(ROLES))]


def choice(allowed: Iterable[str]) -> Callable[[object], str]:
    """A reader for one of these words."""
    words = tuple(allowed)
    return lambda value: _one_of(text(value), words, "、".join(words))


def _one_of(written: str, allowed: Iterable[str], in_words: str) -> str:
    if written not in allowed:
        raise Unreadable(f"“{_short(written)}”不在可填的值之内：{in_words}")
    return written


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        value = value.date()
    written = "".join(c if unicodedata.category(c) not in _UNSEEN else " " * c.isspace() for c in str(value))
    return written.strip()


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _with_new_lines(value: object) -> object:
    return re.sub(r"[\r\n\t]+", "、", value.strip()) if isinstance(value, str) else value


def _several(written: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[、，,；;]", written))
    return tuple(dict.fromkeys(part for part in parts if part))


def _spelled_day(written: str) -> date:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0?0:00(?::00)?)?", written)
    found = found or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", written)
    if found is None:
        raise Unreadable(f"“{_short(written)}”不是日期，应为日期格式或 2021-02-07 这样的写法")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise Unreadable(f"没有“{_short(written)}”这一天") from None


def number(value: object, what: str) -> Decimal | None:
    """A number however typed; `what` names it where it is none."""
    written = text(value).translate(FULL_WIDTH).replace("．", ".").replace("－", "-")
    if not written:
        return None
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise Unreadable(f"{what}应为数字，现在是“{_short(written)}”") from None
    if isinstance(value, bool) or not found.is_finite() or abs(found.adjusted()) > 30:
        raise Unreadable(f"{what}应为数字，现在是“{_short(written)}”")
    return found


def _short(written: str) -> str:
    return written if len(written) <= 30 else written[:30] + "…"
