"""The installation's own secrets: made at first start, the same for every process."""

import secrets

from models.setting import Secret
from services.desk import Work

SIGNING = "signing"


def signing_key(work: Work) -> str:
    """The key that signs links; of two first starts at once one writes it, the other collides and reads."""
    kept = work.session.get(Secret, SIGNING)
    if kept is None:
        kept = Secret(name=SIGNING, value=secrets.token_urlsafe(32))
        work.session.add(kept)
        work.session.flush()
    return kept.value
