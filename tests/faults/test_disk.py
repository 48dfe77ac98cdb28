"""The disk that can be full is full when it is filled, and not afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from faults import disk as disks
from faults.disk import disk

WRITER = "import sys\nfor line in sys.stdin:\n open(line.strip(), 'wb').write(bytes(9000)); print('ok', flush=True)"


@pytest.mark.parametrize("may_mount", [True, False], ids=["as it is here", "without a tmpfs"])
def test_a_full_disk_takes_nothing_and_a_free_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_mount: bool
) -> None:
    if not may_mount:
        monkeypatch.setattr(disks, "_mount", lambda folder, megabytes: False)
    with disk(tmp_path / "disk", 4) as small:
        if small is None:
            assert sys.platform != "linux"
            return
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        assert writer.stdin is not None
        assert writer.stdout is not None

        def writes(name: str) -> str:
            assert writer.stdin is not None
            assert writer.stdout is not None
            writer.stdin.write(f"{tmp_path / 'disk' / name}\n")
            writer.stdin.flush()
            return writer.stdout.readline()

        assert writes("before") == "ok\n"
        small.fill([writer.pid])
        small.free([writer.pid])
        assert writes("after") == "ok\n"
        small.fill([writer.pid])
        assert writes("full") == ""
        assert "OSError" in writer.communicate()[1]
        small.free([])
