"""How a rule says no: an exception whose message is a sentence a person may read."""


class Refusal(Exception):
    """A rule does not allow this; `str(refusal)` is the Chinese sentence that says why."""
