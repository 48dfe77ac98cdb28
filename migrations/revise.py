"""For developers: write the next migration from what the models have that the last one has not.

`python -m migrations.revise "add notice boards"`; read what it wrote before you commit it.
"""

import re
import sys
import tempfile
from pathlib import Path

from alembic import command

from services.schema import alembic_config

VERSIONS = Path(__file__).parent / "versions"


def main(words: str) -> None:
    """Bring an empty database to the last migration, compare it with the models, write the difference."""
    number = f"{max((int(p.name[:4]) for p in VERSIONS.glob('[0-9]*.py')), default=0) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        config = alembic_config(f"sqlite:///{folder}/empty.db")
        command.upgrade(config, "head")
        command.revision(config, re.sub(r"\W+", "_", words), autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
