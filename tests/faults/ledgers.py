"""Small ledgers to compare."""

from collections import Counter

from faults.ledger import Filed, Ledger, Message

FILED = Filed(
    person="resident01",
    kind="岸线垃圾",
    words="河边堆了好多垃圾，记号0001A",
    longitude=117.1,
    latitude=39.2,
    place="北运河天穆镇段，点位0001",
    photos=("a" * 64,),
    withdrawn=False,
    with_=("0001A",),
    town="天穆镇",
    state="assigned",
    proof=(),
    ratings=(),
)
TOLD = Message("chief_tianmu", "town_closed", "2026-0001")


def ledger(*, reports: int = 1, came: int = 1, at: int = 1000, filed: Filed = FILED) -> Ledger:
    """One report (so many times), one message that came so many times."""
    return Ledger(
        reports={"0001A": [filed] * reports} if reports else {},
        tickets={"1111-2222-3333-44": "openid"} if reports else {},
        replies=Counter(["提交成功，编号 1111-2222-3333-44"] if reports else []),
        owed=Counter({TOLD: 1}),
        sentences=Counter({("chief_tianmu", "town_closed"): 1}),
        received=Counter({TOLD: came}) if came else Counter(),
        first_at={TOLD: [at] * came} if came else {},
    )
