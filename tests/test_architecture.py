"""Arrows point one way, the clock is read in one place, and the product stands without its workshop."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "rules": {"rules"},
    "models": {"models", "rules"},
    "services": {"services", "models", "rules", "config"},
    "bot": {"bot", "services", "models", "rules"},
    "handlers": {"handlers", "bot", "services", "models", "rules"},
    "scheduler": {"scheduler", "bot", "services", "models", "rules", "config"},
    "web": {"web", "bot", "services", "models", "rules"},
    "commands": {"commands", "bot", "services", "models", "rules", "config"},
}
OURS = {"app", "config", "faults", "simulator", "story", "tests", "data", "migrations", *MAY_IMPORT}
PURE = {"shapely", "numpy"}
CLOCKS = ("datetime.now", "datetime.utcnow", "date.today", "time.time")
MAY_READ_THE_CLOCK = {"app.py", "simulator/clock.py"}


def files_of(folder: str) -> list[Path]:
    return sorted((ROOT / folder).glob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_point_downwards(folder: str) -> None:
    wrong = [
        f"{path.name} imports {name}"
        for path in files_of(folder)
        for name in imported(path)
        if name.split(".")[0] in OURS - MAY_IMPORT[folder]
    ]
    assert wrong == []


def test_rules_are_pure() -> None:
    import sys

    allowed = set(sys.stdlib_module_names) | PURE | {"rules"}
    wrong = [
        f"{path.name} imports {name}"
        for path in files_of("rules")
        for name in imported(path)
        if name.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_the_stand_in_and_the_product_do_not_know_each_other() -> None:
    wrong = [
        f"{path} imports {name}"
        for path in (ROOT / "simulator").rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] in OURS - {"simulator"}
    ]
    assert wrong == []


def test_only_the_composition_root_reads_the_clock() -> None:
    wrong = []
    for path in ROOT.rglob("*.py"):
        name = str(path.relative_to(ROOT))
        if name.startswith((".venv", "tests", "bench", "build", "var")) or name in MAY_READ_THE_CLOCK:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node).endswith(CLOCKS):
                wrong.append(f"{name}:{node.lineno}")
    assert wrong == []


def test_only_the_desk_commits() -> None:
    wrong = [
        f"{path.name}:{node.lineno}"
        for folder in ("services", "bot", "handlers", "scheduler", "web", "commands")
        for path in files_of(folder)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "commit" and path.name != "desk.py"
    ]
    assert wrong == []


def test_no_file_is_named_for_its_kind() -> None:
    kinds = {"utils", "helpers", "common", "constants", "exceptions", "dao", "managers", "misc"}
    wrong = [p for p in ROOT.rglob("*.py") if p.stem in kinds and not {".venv", "var"} & set(p.parts)]
    assert wrong == []
