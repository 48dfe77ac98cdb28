"""docs/security.md: every outcome it promises names tests, and they exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.compile(r"(?:tests/\w+/)?test_\w+\.py")
TABLE = re.compile(r"^\| input \| outcome \| test \|\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)


def test_every_promise_names_its_tests() -> None:
    rows = [row for table in TABLE.findall(PAGE) for row in table.splitlines()]
    assert len(rows) > 30
    assert [row for row in rows if not NAMED.search(row.rpartition(" | ")[2])] == []


def test_every_test_it_names_exists() -> None:
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    known = here | {path.rpartition("/")[2] for path in here}
    assert [name for name in NAMED.findall(PAGE) if name not in known] == []
