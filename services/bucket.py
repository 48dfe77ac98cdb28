"""How an S3-compatible bucket is reached; what other stores do differently from Amazon's is settled here."""

from dataclasses import dataclass
from typing import Any

CONNECT_SECONDS = 3
READ_SECONDS = 20
FULL = ("QuotaExceeded", "XMinioStorageFull")
"""Words of stores that have no room left: Ceph's and MinIO's."""


@dataclass(frozen=True)
class BucketAccess:
    """Where the bucket is and who we are there; what is empty is left to the environment (AWS_…) or the machine."""

    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    path_style: bool = False

    def options(self) -> dict[str, Any]:
        """What s3fs is told.

        Listings are not remembered, for other processes write too. Checksums are left out where the store does
        not ask for them: stores that are not Amazon's refuse their trailers.
        """
        return {
            "endpoint_url": self.endpoint or None,
            "key": self.access_key or None,
            "secret": self.secret_key or None,
            "client_kwargs": {"region_name": self.region} if self.region else {},
            "use_listings_cache": False,
            "config_kwargs": {
                "s3": {"addressing_style": "path" if self.path_style else "auto"},
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": READ_SECONDS,
                "retries": {"max_attempts": 1},
                "request_checksum_calculation": "when_required",
                "response_checksum_validation": "when_required",
            },
        }


def failures() -> tuple[type[Exception], ...]:
    """What S3's client raises that is no OSError: nobody answers, no credentials. (Costs the import of botocore.)"""
    from botocore.exceptions import BotoCoreError

    return (BotoCoreError,)
