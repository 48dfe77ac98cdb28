"""One item of a rulebook's text: its source, who it is for, and how its figure becomes points."""

from decimal import Decimal

from rules.assessment_rulebook import (
    ON_A_SCALE,
    AppliesTo,
    Band,
    Composition,
    Each,
    Item,
    ItemKind,
    Scale,
    Slope,
)
from rules.toml_table import TomlTable

_OF_POINTS = ("points", "full", "zero", "each", "bands", "floor", "cap")

_SCALES = {"full 和 zero": ("full", "zero"), "each": ("each",), "bands": ("bands",)}


def read_item(table: TomlTable, composition: Composition) -> Item:
    """The item a table says; its faults go to the table's list."""
    key, name = table.text("key"), table.text("name")
    table.where = f"项目 {key}（{name}）"
    kind = ItemKind(table.choice("kind", [*ItemKind], "score"))
    item = (
        _placed(table, key, name) if composition == Composition.PLACES else _pointed(table, key, name, kind)
    )
    table.finish()
    return item


def _placed(table: TomlTable, key: str, name: str) -> Item:
    """An item that is ranked: it has a direction, and no points."""
    table.refuse((*_OF_POINTS, "kind"), "名次相加的项目")
    return Item(
        key,
        name,
        table.text("source"),
        table.text("heading", ""),
        higher_is_better=table.choice("better", ["higher", "lower"]) == "higher",
        applies_to=_applies_to(table),
    )


def _pointed(table: TomlTable, key: str, name: str, kind: ItemKind) -> Item:
    table.refuse(["better"], "按分计算的项目由 full 和 zero（或各档的分）看出好坏，")
    if kind not in ON_A_SCALE:
        table.refuse(
            ("points", "full", "zero", "floor"), "百分以外的加分、扣分项目（只写 each 或 bands，以及 cap）"
        )
    scale = _scale(table)
    return Item(
        key,
        name,
        table.text("source"),
        table.text("heading", ""),
        kind,
        table.number("points") if kind in ON_A_SCALE else Decimal(0),
        scale,
        table.number("floor", Decimal(0)),
        table.maybe_number("cap"),
        _higher_is_better(scale, kind),
        _applies_to(table),
    )


def _scale(table: TomlTable) -> Scale | None:
    """Exactly one of: full and zero; each; bands."""
    written = [way for way, keys in _SCALES.items() if table.has_any(keys)]
    if len(written) != 1:
        how = "同时写了 " + "、".join(written) if written else "没有写怎样计分"
        table.fault(f"{how}，请在 full 和 zero（直线）、each（每件扣几分）、bands（分档）三种里只选一种。")
        return None
    if written == ["each"]:
        return Each(table.number("each"))
    if written == ["bands"]:
        return tuple(_band(one, table.where) for one in table.tables("bands", "档"))
    return Slope(table.number("full"), table.number("zero"))


def _band(table: TomlTable, of: str) -> Band:
    table.where = f"{of}{table.where}"
    band = Band(table.maybe_number("from"), table.maybe_number("below"), table.number("points"))
    table.finish()
    return band


def _higher_is_better(scale: Scale | None, kind: ItemKind) -> bool:
    """Which way the scale points: a larger figure gives, or takes, points."""
    if isinstance(scale, Slope):
        return scale.full > scale.zero
    if isinstance(scale, Each) or scale is None:
        return kind == ItemKind.BONUS
    rising = bool(scale) and scale[-1].points >= scale[0].points
    return rising != (kind == ItemKind.PENALTY)


def _applies_to(table: TomlTable) -> AppliesTo:
    """`"all"`, `"reaches"`, or a list of kinds, names or codes."""
    if not table.has("applies_to") or isinstance(table.values["applies_to"], str):
        return AppliesTo(reaches_only=table.choice("applies_to", ["all", "reaches"], "all") == "reaches")
    return AppliesTo(named=frozenset(table.names("applies_to")))
