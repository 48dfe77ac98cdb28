"""`make demo-story`: both stories, told line by line while they are played over HTTP."""

import sys
import tempfile
from pathlib import Path

from story import first, second
from story.stage import stage


def main() -> int:
    """Play both stories in a temporary installation; 0 when every person got exactly what they should."""
    for title, story in (("第一个故事", first), ("第二个故事", second)):
        print(f"\n════ {title} ════", flush=True)
        with (
            tempfile.TemporaryDirectory() as folder,
            stage(Path(folder), lambda line: print(line, flush=True)) as played,
        ):
            story.play(played)
    print("\n两个故事都按约定走完了。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
