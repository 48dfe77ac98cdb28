"""docs/messages.md says what the code does: every sentence, its notice and its reader."""

import ast
import re
from pathlib import Path

from handlers import texts
from models.notification import Notice
from services.daily_limit import DIGESTS

ROOT = Path(__file__).parent.parent.parent
READERS = {
    "town": "town",
    "office": "Office",
    "reporter": "reporter",
    "helper": "helper",
    "staff": "town, Office",
    "subscriber": "subscriber",
}


def rows() -> list[tuple[str, str, str]]:
    """(reader, notice, sentence) of the table's rows."""
    table = (ROOT / "docs" / "messages.md").read_text("utf-8")
    return [
        (reader, notice, sentence)
        for reader, notice, sentence in re.findall(
            r"^\|[^|]+\|([^|]+)\| `(\w+)` \| `(\w+)` \|$", table, re.MULTILINE
        )
    ]


def owed_in_code() -> set[tuple[str, str]]:
    """(notice, sentence) of every call that owes a message, read from the source."""
    found = set()
    for path in [*(ROOT / "services").glob("*.py"), *(ROOT / "scheduler").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            for notice, sentence in zip(node.args, node.args[1:], strict=False):
                if (
                    isinstance(notice, ast.Attribute)
                    and isinstance(notice.value, ast.Name)
                    and notice.value.id == "Notice"
                    and isinstance(sentence, ast.Constant)
                ):
                    found.add((Notice[notice.attr].value, str(sentence.value)))
    return found


def test_the_table_lists_what_the_code_owes_and_nothing_else() -> None:
    assert {(notice, sentence) for _, notice, sentence in rows()} == owed_in_code()


def test_every_sentence_has_its_words_and_every_word_its_sentence() -> None:
    assert {sentence for _, _, sentence in rows()} == set(texts.NOTICES)


def test_the_reader_is_whom_the_sentence_is_for() -> None:
    for reader, _, sentence in rows():
        assert READERS[sentence.split("_")[0]] in reader


def test_reporters_are_told_their_ticket_and_nobody_else_is() -> None:
    assert "{ticket}" in texts.DIGEST_LINE_REPORTER
    assert "{ticket}" not in texts.DIGEST_LINE
    for sentence, words in texts.NOTICES.items():
        if sentence in DIGESTS:  # made of the lines above
            continue
        assert ("{ticket}" in words) == sentence.startswith("reporter_")
        if sentence.startswith("reporter_"):
            assert "{number}" not in words
