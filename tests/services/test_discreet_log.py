"""Logs name nobody."""

import logging
import sys

from services.discreet_log import DiscreetFormatter

OPENID = "oDemoResidentLi0000000000001"


def test_openids_and_telephone_numbers_are_taken_out_of_lines_and_tracebacks() -> None:
    try:
        raise ValueError(f"Key (openid)=({OPENID}) already exists; 13812345678")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 1, "a message of %s failed", (OPENID,), sys.exc_info()
        )
    line = DiscreetFormatter().format(record)
    assert OPENID not in line
    assert "13812345678" not in line
    assert "Traceback" in line
    assert "<openid>" in line


def test_ordinary_words_stay() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "case 2026-0001 ticket 3725-8841-0936-27", (), None)
    assert DiscreetFormatter().format(record) == "case 2026-0001 ticket 3725-8841-0936-27"
