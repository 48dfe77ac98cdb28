"""`make bench`: every benchmark, one after another, each writing its own section of bench/RESULTS.md.

python -m bench [--quick]       --quick tries everything in a few minutes and writes nothing down
"""

import subprocess
import sys
import time

from bench.environments import ECHOES, PEER, ROOT, python_of
from bench.results import SECTIONS


def main() -> int:
    """Run all; the number of those that failed."""
    for environment in (ECHOES, PEER):
        python_of(environment)
    failed = []
    for name in SECTIONS:
        began = time.monotonic()
        sys.stderr.write(f"— bench.{name} —\n")
        done = subprocess.run([sys.executable, "-m", f"bench.{name}", *sys.argv[1:]], cwd=ROOT, check=False)  # noqa: S603
        sys.stderr.write(f"— bench.{name}: {time.monotonic() - began:.0f} s —\n")
        if done.returncode:
            failed.append(name)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
