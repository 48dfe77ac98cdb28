"""At the beginning of office hours: what the day's limit held back is told in one message, in the newest state."""

from services import digests
from services.desk import Desk


def send_digests(desk: Desk) -> int:
    """Owe everybody the digest that is due; how many were looked after. A second run finds nothing."""
    now = desk.clock()
    return desk.each(digests.persons_held(now), digests.gather) + desk.each(
        digests.reporters_held(now), digests.gather
    )
