"""Links nobody can forge, that die with the case's next move or after a week."""

from datetime import UTC, datetime, timedelta

import pytest

from services.links import LinkSigner, View

NOW = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
SIGNER = LinkSigner("a secret of this installation")


@pytest.mark.parametrize("view", list(View))
def test_a_link_says_what_was_put_into_it(view: View) -> None:
    link = SIGNER.read(SIGNER.case_link(12, 3, view, "0123456789ab", NOW))
    assert link is not None
    assert (link.case_id, link.moves, link.view, link.viewer, link.given_at) == (
        12,
        3,
        view,
        "0123456789ab",
        NOW,
    )


def test_a_link_fits_into_a_message() -> None:
    token = SIGNER.case_link(123_456, 12, View.REPORTER, "0123456789ab", NOW)
    assert len(token) < 120
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()


@pytest.mark.parametrize(
    ("moves", "later", "alive"),
    [
        (3, timedelta(0), True),
        (3, WEEK - timedelta(seconds=1), True),
        (3, WEEK, False),
        (4, timedelta(0), False),
        (2, timedelta(0), False),
        (3, timedelta(minutes=-4), True),
        (3, timedelta(hours=-1), False),
    ],
)
def test_a_link_lives_until_the_next_move_or_for_a_week(moves: int, later: timedelta, alive: bool) -> None:
    link = SIGNER.read(SIGNER.case_link(12, 3, View.TOWN, "x", NOW))
    assert link is not None
    assert link.is_alive(moves, NOW + later, WEEK) is alive


def test_every_change_of_a_link_is_noticed() -> None:
    token = SIGNER.case_link(12, 3, View.TOWN, "0123456789ab", NOW)
    for at in range(len(token) - 1):  # the very last character holds bits that stand for nothing
        for other in "AB_.":
            changed = token[:at] + other + token[at + 1 :]
            assert changed == token or SIGNER.read(changed) is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "x", "=" * 40, "照片", "a.b", "\x00", "A" * 5000, ".eJyrrgUAAXUA-Q.x"]
)
def test_what_is_no_link_is_none(token: str) -> None:
    assert SIGNER.read(token) is None


def test_another_installation_cannot_make_our_links() -> None:
    assert SIGNER.read(LinkSigner("another secret").case_link(12, 3, View.TOWN, "x", NOW)) is None
