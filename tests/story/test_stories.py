"""Both stories, over HTTP, with the product in processes of its own: everybody gets exactly what is promised."""

from collections.abc import Callable
from pathlib import Path

import pytest

from story import first, second
from story.stage import Stage, stage
from story.teller import Teller


@pytest.mark.parametrize("story", [first.play, second.play], ids=["first", "second"])
def test_the_story_is_played_as_told(
    story: Callable[[Stage], Teller], tmp_path: Path, settings: dict[str, str]
) -> None:
    told: list[str] = []
    with stage(tmp_path, told.append, **settings) as played:
        story(played)
    assert told[-1] == "办理记录核对无误。"
