"""What is logged names nobody: openids and telephone numbers are taken out of every line, tracebacks too."""

import logging
import re

from rules.privacy import TELEPHONE

OPENID = re.compile(r"(?<![A-Za-z0-9_-])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])")


class DiscreetFormatter(logging.Formatter):
    """Formats as usual, then takes out who it was: a database's own error text may quote a row."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without openids and telephone numbers."""
        return TELEPHONE.sub("<telephone>", OPENID.sub("<openid>", super().format(record)))
