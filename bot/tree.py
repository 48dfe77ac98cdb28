"""Reading what strangers send, XML or JSON, into one plain tree; whatever is wrong with it is `Malformed`.

Both formats become the same thing: a mapping from a field's name to the list of its values, each a
text or again such a mapping, in the order they came. An element that appears once is a list of one,
which is what makes XML's repeated `<List>` and JSON's "object or array" alike. JSON's numbers keep the
very digits they were sent with: a MsgId is larger than 2**53.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias
from xml.parsers import expat

Tree: TypeAlias = "dict[str, list[str | Tree]]"

LIMIT_BYTES = 1 << 20
"""Nothing the platform pushes comes near 1 MiB."""
DEEPEST = 12
"""Levels; the deepest documented push (PUBLISHJOBFINISH) has five."""
MOST = 2000
"""Fields of one push, counted together."""

_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


_FIELD = re.compile(
    r"<([A-Za-z_][A-Za-z0-9_]*)>"
    "(?:<!\\[CDATA\\[([^\\]\x00-\x08\x0b-\x1f\ufffe\uffff]*)\\]\\]>|([^<>&\\]\x00-\x08\x0b-\x1f\ufffe\uffff]*))"
    r"</\1>[ \t\n]*"
)
"""A field as the platform writes it: words alone, without anything that XML gives a meaning of its own."""
_FLAT = 50
"""Fields of a message without structures."""


class Malformed(Exception):
    """A push that cannot be used; the message says why and never quotes what was sent."""


def read(body: bytes) -> Tree:
    """The fields of an XML or JSON push (UTF-8). Raises Malformed and nothing else."""
    if len(body) > LIMIT_BYTES:
        raise Malformed("larger than 1 MiB")
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    return _from_json(text) if text.startswith("{") else _from_xml(text)


def one(tree: Tree, name: str) -> str:
    """The text of a field that may appear once, stripped; "" where it is absent."""
    values = tree.get(name, [""])
    if len(values) != 1 or not isinstance(values[0], str):
        raise Malformed(f"{name} is not one plain field")
    return values[0].strip()


def needed(tree: Tree, name: str) -> str:
    """The text of a field that must be there and not empty."""
    value = one(tree, name)
    if not value:
        raise Malformed(f"{name} is missing")
    return value


def inside(tree: Tree, name: str) -> list[Tree]:
    """The structures under this name, in their order; none where it is absent or empty."""
    return [value for value in tree.get(name, []) if isinstance(value, dict)]


class _Builder:
    """The target of the XML parser: builds the tree and stops at the first excess."""

    def __init__(self) -> None:
        self.open: list[tuple[str, Tree, list[str]]] = [("", {}, [])]
        self.count = 0

    def start(self, tag: str, _attributes: object) -> None:
        self.count += 1
        if self.count > MOST or len(self.open) > DEEPEST:
            raise Malformed("too many elements, or nested too deep")
        self.open.append((tag, {}, []))

    def data(self, text: str) -> None:
        self.open[-1][2].append(text)

    def end(self, _tag: str) -> None:
        tag, fields, texts = self.open.pop()
        text = "".join(texts)
        if fields and text.strip():
            raise Malformed(f"{tag} mixes text and elements")
        self.open[-1][1].setdefault(tag, []).append(fields or text)

    def doctype(self, *_declared: object) -> NoReturn:
        """Entities and what they swell to are declared there, and nowhere else."""
        raise Malformed("a document type declaration")


def _from_xml(text: str) -> Tree:
    return _flat(text) or _by_expat(text)


def _flat(text: str) -> "Tree | None":
    """The fields of a message as nearly all are, read in a third of the time; None where it is not so plain."""
    if not text.startswith("<xml>"):
        return None
    fields: Tree = {}
    end = 5
    for number, found in enumerate(_FIELD.finditer(text, 5)):
        if found.start() != end or number == _FLAT:
            return None
        name, marked, plain = found.groups()
        fields.setdefault(name, []).append(plain if marked is None else marked)
        end = found.end()
    return fields if text[end:] == "</xml>" else None


def _by_expat(text: str) -> Tree:
    """By expat itself: without a DTD there are no entities of their own (defusedxml's guard, at half the cost)."""
    builder = _Builder()
    parser = expat.ParserCreate(intern={})
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = builder.data, builder.doctype
    parser.buffer_text = True
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Malformed(f"not usable XML ({type(error).__name__})") from error
    match builder.open[0][1].get("xml"):
        case [dict(fields)]:
            return fields
    raise Malformed("the root is not <xml> with fields in it")


def _from_json(text: str) -> Tree:
    try:
        pairs = json.loads(
            text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_no_number
        )
        return _Counted().tree(pairs, 1)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not usable JSON ({type(error).__name__})") from error


def _no_number(name: str) -> NoReturn:
    raise Malformed(f"{name} is no number")


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written: a name given twice stays visible."""


class _Counted:
    """Turns parsed JSON into the tree, within the same limits as XML."""

    def __init__(self) -> None:
        self.count = 0

    def tree(self, pairs: _Pairs, depth: int) -> Tree:
        fields: Tree = {}
        for name, value in pairs:
            if _UNUSABLE.search(name):
                raise Malformed("control characters in a name")
            items: Sequence[Any] = [value]
            if isinstance(value, list) and not isinstance(value, _Pairs):
                items = value
            fields.setdefault(name, []).extend(self.value(item, depth) for item in items)
        return fields

    def value(self, item: Any, depth: int) -> "str | Tree":
        self.count += 1
        if self.count > MOST or depth > DEEPEST:
            raise Malformed("too many fields, or nested too deep")
        match item:
            case _Pairs():
                return self.tree(item, depth + 1)
            case str():
                if _UNUSABLE.search(item):
                    raise Malformed("control characters")
                return item
            case bool():
                return str(item).lower()
            case None:
                return ""
        raise Malformed("a list within a list")
