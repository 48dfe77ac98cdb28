"""Serial numbers without gaps: raised in the transaction of what is numbered, so that undoing it gives them back."""

from models.setting import Counter
from services.desk import Work


def next_serial(work: Work, name: str) -> int:
    """The next number of this series, from 1; nobody else gets one until this work is done."""
    counter = work.session.get(Counter, name, with_for_update=True)
    if counter is None:
        counter = Counter(name=name, value=0)
        work.session.add(counter)
    counter.value += 1
    work.session.flush()
    return counter.value


def serial_of_year(work: Work, series: str) -> tuple[int, int]:
    """(China year, serial) for something numbered anew each year."""
    year = work.today.year
    return year, next_serial(work, f"{series}:{year}")
