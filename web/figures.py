"""The rows' figures by the names Prometheus knows them by; docs/operations.md says what each means."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily as Family

from services.measures import JobMeasure, Measures

__all__ = ["Family", "figures", "reachable"]


def reachable(is_so: bool) -> Family:
    """Whether the database answered; where it did not, the other figures are missing."""
    return Family("heshao_database_up", "The database answers", value=float(is_so))


def figures(found: Measures) -> Iterator[Family]:
    """Every figure with its name and one line about it."""
    for name, text, value in (
        ("notifications_owed", "Messages owed, also those that wait for the morning", found.owed),
        (
            "notifications_oldest_due_seconds",
            "Age of the oldest message that might leave",
            found.oldest_due_seconds,
        ),
        ("notifications_sent_last_day", "Messages the platform accepted in 24 h", found.sent_lately),
        ("notifications_prompt_last_day", "… within 10 s of when they might leave", found.prompt_lately),
        ("notifications_undeliverable_last_day", "Messages given up in 24 h", found.undeliverable_lately),
        ("photos_waiting", "Photographs and recordings still to be fetched", found.photos_waiting),
        ("photos_oldest_waiting_seconds", "Age of the oldest of them", found.oldest_photo_seconds),
        (
            "photos_failed_last_day",
            "Photographs and recordings refused or gone in 24 h",
            found.photos_failed_lately,
        ),
        ("audit_broken", "1: the last nightly verification found an altered case", found.audit_broken),
    ):
        yield Family(f"heshao_{name}", text, value=float(value))
    if found.sent_lately:  # of nothing there is no share
        share = found.prompt_lately / found.sent_lately
        yield Family(
            "heshao_notifications_prompt_share_last_day", "The share of the two above, 0–1", value=share
        )
    yield from _of_jobs(found)


JOBS: Sequence[tuple[str, str, Callable[[JobMeasure], float | None]]] = (
    ("last_start_timestamp_seconds", "When it last began, Unix time", lambda job: job.started_at.timestamp()),
    ("last_duration_seconds", "How long it took; missing while it runs", lambda job: job.seconds),
    ("last_rows", "How many things it did", lambda job: job.rows),
    ("errors_last_day", "What went wrong in it in 24 h", lambda job: job.errors_lately),
    ("lag_seconds", "How late it last began", lambda job: job.lag_seconds),
    ("overdue_seconds", "How long it should have begun again", lambda job: job.overdue_seconds),
)


def _of_jobs(found: Measures) -> Iterator[Family]:
    for name, text, read in JOBS:
        family = Family(f"heshao_job_{name}", text, labels=["job"])
        for job in found.jobs:
            value = read(job)
            if value is not None:
                family.add_metric([job.name], float(value))
        yield family
