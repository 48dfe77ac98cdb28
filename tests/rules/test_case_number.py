"""Case numbers as they are written and as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.case_number import case_number, parse


@given(st.integers(2000, 2099), st.integers(1, 999_999))
def test_written_and_read_again(year: int, serial: int) -> None:
    assert parse(case_number(year, serial)) == (year, serial)


def test_its_form() -> None:
    assert case_number(2026, 12) == "2026-0012"
    assert case_number(2026, 12345) == "2026-12345"


@pytest.mark.parametrize(
    "text",
    [
        "2026-0012", "2026-12", "２０２６－００１２", " 2026 - 12 ", "2026 12", "2026 0012", "2026—0012",
        "2026–12", "2026/12", "2026年12号", "2026年第12号", "〔2026〕12号", "[2026]12号", "（2026）12号",
        "【2026】12", "案件2026-0012", "编号：2026-0012", "案件编号:2026-0012", "20260012", "2026-0012号",
        "2026_12",
    ],
)  # fmt: skip
def test_however_it_is_typed(text: str) -> None:
    assert parse(text) == (2026, 12)


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "12", "2026", "2026-", "2026-0", "1026-12", "3725-8841-0936-27", "37258841093627", "13800000000",
        "2026-11-24", "二号", "天穆村2026", "2026-12 3", "2026-0012-5", "-12",
    ],
)  # fmt: skip
def test_what_is_no_case_number(text: str) -> None:
    assert parse(text) is None


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    number = parse(text)
    assert number is None or parse(case_number(*number)) == number


@pytest.mark.parametrize(("year", "serial"), [(1999, 1), (2100, 1), (2026, 0), (2026, -1)])
def test_what_cannot_be_numbered(year: int, serial: int) -> None:
    with pytest.raises(ValueError, match="case number"):
        case_number(year, serial)
