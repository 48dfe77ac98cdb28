"""bench/RESULTS.md: each run replaces its own section and leaves the others."""

from pathlib import Path

import pytest

from bench import machine, results


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "FILE", tmp_path / "RESULTS.md")
    monkeypatch.setattr(machine, "lines", lambda: ["- a machine"])
    return tmp_path / "RESULTS.md"


def test_a_rerun_replaces_only_its_own_section(file: Path) -> None:
    results.say("photos", "first photos", keep=True)
    results.say("webhook", "the door\n\n### of it", keep=True)
    results.say("photos", "second photos", keep=True)
    text = file.read_text("utf-8")
    assert "first photos" not in text
    assert text.count("<!-- ") == 3
    assert text.index("- a machine") < text.index("the door\n\n### of it") < text.index("second photos")


def test_a_quick_run_is_only_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results.say("photos", "quick ones", keep=False)
    assert capsys.readouterr().out == "quick ones\n"
    assert not file.exists()
