"""`python -m story.demo`: asking how it is used starts nothing."""

import pytest

from story import demo


def test_help_says_how_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        demo.options(["--help"])
    assert ended.value.code == 0
    assert "--reset" in capsys.readouterr().out


def test_a_word_it_does_not_know_starts_nothing() -> None:
    with pytest.raises(SystemExit):
        demo.options(["--rest"])
    assert not demo.options([]).reset
