"""One table of a TOML text read key by key: what is missing, of the wrong kind or unknown becomes a sentence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

_LARGEST = Decimal(10) ** 12
_FINEST = -6
"""Figures and points are kept with six decimals at most."""


@dataclass
class TomlTable:
    """A table, what it is called in sentences, and the list every fault in it goes to."""

    values: Mapping[str, object]
    where: str
    faults: list[str]
    _asked: set[str] = field(default_factory=set)

    def fault(self, sentence: str) -> None:
        """Keep one fault of this table."""
        self.faults.append(f"{self.where}：{sentence}")

    def has(self, key: str) -> bool:
        """Whether a key is written here."""
        self._asked.add(key)
        return key in self.values

    def has_any(self, keys: Collection[str]) -> bool:
        """Whether at least one of these keys is written here."""
        self._asked.update(keys)
        return any(key in self.values for key in keys)

    def text(self, key: str, default: str | None = None) -> str:
        """Words; without a default they must be there."""
        if not self._is_there(key, default is None):
            return default or ""
        value = self.values[key]
        if not isinstance(value, str) or (default is None and not value.strip()):
            self._wrong(key, "写成加引号的文字，不能是空的")
            return default or ""
        return value.strip()

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        """A decimal number; without a default it must be there."""
        if not self._is_there(key, default is None):
            return default or Decimal(0)
        value = self._decimal(key)
        return value if value is not None else default or Decimal(0)

    def maybe_number(self, key: str) -> Decimal | None:
        """A decimal number, or None where it is not written."""
        return self._decimal(key) if self.has(key) else None

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number, 0 or more."""
        if not self._is_there(key, default is None):
            return default or 0
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
            self._wrong(key, "写成 0、1、2 这样的整数")
            return default or 0
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where it is not written."""
        if not self.has(key):
            return False
        value = self.values[key]
        if not isinstance(value, bool):
            self._wrong(key, "写 true 或 false")
        return value is True

    def choice(self, key: str, words: Collection[str], default: str | None = None) -> str:
        """One of these words."""
        if not self._is_there(key, default is None):
            return default or next(iter(words))
        value = self.values[key]
        if not isinstance(value, str) or value not in words:
            self._wrong(key, "写成" + "、".join(f'"{word}"' for word in words) + " 之一")
            return default or next(iter(words))
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of words, at least one."""
        value = self.values[key] if self.has(key) else []
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(w, str) and w.strip() for w in value)
        ):
            self._wrong(key, '写成 ["镇", "街道"] 这样的名单')
            return ()
        return tuple(word.strip() for word in value)

    def table(self, key: str, where: str) -> "TomlTable | None":
        """A table inside this one; None where it is not written."""
        if not self.has(key):
            return None
        value = self.values[key]
        if not isinstance(value, dict):
            self.fault(f"{key} 要写成 [{key}] 一节。")
            return None
        return TomlTable(value, where, self.faults)

    def tables(self, key: str, what: str) -> list["TomlTable"]:
        """The tables of a list; `what` one of them is called: 第 2 个项目."""
        value = self.values[key] if self.has(key) else []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault(f"{key} 要写成一个个 [[{key}]]。")
            return []
        return [TomlTable(one, f"第 {n} 个{what}", self.faults) for n, one in enumerate(value, 1)]

    def refuse(self, keys: Collection[str], because: str) -> None:
        """Say of each of these keys that is written why it does not belong here."""
        for key in keys:
            if self.has(key):
                self.fault(f"{because}不用 {key}，请删去。")

    def finish(self) -> None:
        """Name every key that nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                near = get_close_matches(key, self._asked, 1)
                self.fault(f"不认识 {key} 这个键" + (f"，是不是 {near[0]}？" if near else "，请删去。"))

    def _is_there(self, key: str, required: bool) -> bool:
        there = self.has(key)
        if required and not there:
            self.fault(f"没有写 {key}，请补上。")
        return there

    def _wrong(self, key: str, how: str) -> None:
        self.fault(f"{key} 现在是 {_shown(self.values.get(key))}，请{how}。")

    def _decimal(self, key: str) -> Decimal | None:
        value = self.values[key]
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
            if number.is_finite() and abs(number) <= _LARGEST and _decimals(number) >= _FINEST:
                return number
        self._wrong(key, "写成数字，最多六位小数")
        return None


def _shown(value: object) -> str:
    """A value as it is written in the file, cut short where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"“{value}”" if isinstance(value, str) else f"{value}"
    return text if len(text) <= 40 else f"{text[:38]}……"


def _decimals(number: Decimal) -> int:
    """The exponent of its last digit."""
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
