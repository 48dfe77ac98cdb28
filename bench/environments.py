"""Virtual environments of the benchmarks' own, in var/bench: what is compared never touches the product's pins."""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var" / "bench"
"""On the disk the product itself would use, not in memory."""

ECHOES = ("echoes", ("requirements.txt", "bench/requirements.txt"))
"""The product's own pins and, beside them, WeRoBot, gunicorn and pyvips."""
PEER = ("peer", ("bench/peer-requirements.txt",))
"""django-helpdesk."""


def python_of(environment: tuple[str, tuple[str, ...]]) -> str:
    """The interpreter of this environment; made, or brought up to date, when its requirements changed."""
    name, requirements = environment
    folder = FOLDER / f"venv-{name}"
    files = [ROOT / file for file in requirements]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp, python = folder / ".ready", folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        sys.stderr.write(f"making {folder} …\n")
        if not python.exists():
            _run(sys.executable, "-m", "venv", str(folder))
        options = [word for file in files for word in ("-r", str(file))]
        _run(str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *options)
        stamp.write_text(wanted)
    return str(python)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, cwd=ROOT)  # noqa: S603 - our own words
