"""The XML of pushes: texts in CDATA, numbers bare, lists as repeated items."""

from collections.abc import Mapping
from typing import Any

UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"


def cdata(text: str) -> str:
    """Text inside CDATA, even if it contains the end mark; characters XML forbids are left out."""
    allowed = "".join(char for char in text if char in "\t\n\r" or ord(char) >= 32)
    return f"<![CDATA[{allowed.replace(']]>', ']]]]><![CDATA[>')}]]>"


def element(name: str, value: Any) -> str:
    """One element, with what is in it."""
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(element(key, inner) for key, inner in value.items())}</{name}>"
    if isinstance(value, list) and name == "item":
        return "".join(element(name, inner) for inner in value)
    if isinstance(value, list):
        return f"<{name}>{''.join(element('item', inner) for inner in value)}</{name}>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{cdata(str(value))}</{name}>"


def xml(fields: Mapping[str, Any]) -> str:
    """A whole message."""
    return element("xml", fields)
