"""docs/deploy.md and deploy/: the files it names are there, and what they start is a command of the product."""

import re
from pathlib import Path

import pytest

from app import create_app

ROOT = Path(__file__).parents[2]
DEPLOY = (ROOT / "docs" / "deploy.md").read_text("utf-8")
UNITS = sorted((ROOT / "deploy").glob("*.service"))


def test_every_file_it_names_is_there_and_every_file_is_named() -> None:
    named = set(re.findall(r"deploy/([a-z-]+\.(?:service|timer|conf))", DEPLOY)) | set(
        re.findall(r"`\.(timer)`", DEPLOY) and ["heshao-backup.timer"]
    )
    assert named == {path.name for path in (ROOT / "deploy").iterdir()}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_what_a_unit_starts_is_a_command_with_that_option(unit: Path) -> None:
    (line,) = re.findall(
        r"^ExecStart=/srv/heshao/\.venv/bin/flask --app app (.+)$", unit.read_text("utf-8"), re.MULTILINE
    )
    name, *options = line.split()
    command = create_app().cli.commands[name]
    known = {text for parameter in command.params for text in parameter.opts}
    assert set(options) <= known


def test_every_command_it_tells_is_one() -> None:
    known = create_app().cli.commands
    for words in re.findall(r"^(?:.*&& )?flask ([a-z]+)", DEPLOY, re.MULTILINE):
        assert words in known, words
    for option in re.findall(r"`?flask (?:backup|restore|serve) [^`\n]*?(--[a-z-]+)", DEPLOY):
        assert any(option in p.opts for name in ("backup", "restore", "serve") for p in known[name].params), (
            option
        )
