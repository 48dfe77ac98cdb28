"""Two clocks: the world's, moved on by hand, and the product's, which reads a file and may be wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

import app
from faults.product import CLOCK, shifted
from faults.times import Times
from simulator.clock import Clock

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def times(tmp_path: Path) -> Times:
    return Times(Clock(), tmp_path / "clock")


def ahead(path: Path) -> float:
    return (shifted(path)() - app.clock()).total_seconds()


def test_time_passes_for_the_world_and_the_product_alike(times: Times, tmp_path: Path) -> None:
    before = times.now()
    times.advance(86400)
    assert 86400 <= times.now() - before <= 86402
    assert ahead(tmp_path / "clock") == pytest.approx(86400, abs=2)
    assert times.passed == 86400


def test_the_products_clock_alone_is_wrong_and_right_again(times: Times, tmp_path: Path) -> None:
    times.advance(60)
    times.set_wrong(-7200)
    assert ahead(tmp_path / "clock") == pytest.approx(60 - 7200, abs=2)
    times.set_wrong(0)
    assert ahead(tmp_path / "clock") == pytest.approx(60, abs=2)


def test_what_was_jumped_over_does_not_count_as_waited(times: Times) -> None:
    before = times.now()
    times.advance(86400)
    after = times.now()
    assert times.waited(after) - times.waited(before) <= 2
    times.advance(3600)
    assert times.waited(times.now()) - times.waited(before) <= 4


def test_a_product_on_another_clock_lives_in_its_time(tmp_path: Path, prepared: Path) -> None:
    (tmp_path / "clock").write_text("172800")
    environment = {"HESHAO__DATABASE__URL": f"sqlite:///{prepared}"}
    config = ROOT / "data" / "demonstration" / "config.toml"
    heshao = app.Heshao(config, environment, now=shifted(tmp_path / "clock"))
    with heshao.desk.reading() as work:
        assert work.now - app.clock() > timedelta(days=1, hours=23)
    heshao.desk.engine.dispose()


def test_nothing_of_the_product_knows_of_the_rehearsals_clock() -> None:
    folders = ("bot", "commands", "handlers", "models", "rules", "scheduler", "services", "web")
    files = [path for folder in folders for path in (ROOT / folder).glob("*.py")]
    files += [ROOT / "app.py", ROOT / "config.py", ROOT / "config.example.toml"]
    assert [path.name for path in files if CLOCK in path.read_text("utf-8")] == []
