"""How one API call of the platform is declared: its path, method, what it needs, and its function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.errors import Refused
from simulator.state import Json, World

if TYPE_CHECKING:
    from simulator.push import Pusher


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    mimetype: str
    data: bytes


@dataclass(frozen=True)
class Asked:
    """One call, free of any web framework. Its function runs under the world's lock."""

    query: Mapping[str, str]
    body: Json
    uploads: Mapping[str, Upload]
    base_url: str
    pusher: "Pusher" = field(repr=False)

    def text(self, name: str, missing: int = 40035) -> str:
        """A string of the body, or the refusal `missing`."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise Refused(missing)
        return value


@dataclass(frozen=True)
class File:
    """An answer that is bytes, not JSON."""

    data: bytes
    mimetype: str
    name: str = ""


Function = Callable[[World, Asked], Json | File]


@dataclass(frozen=True)
class Declared:
    """An API call of the platform."""

    function: Function
    method: str  # GET or POST; POST with `body` "json" or "files"
    body: str = ""
    needs_token: bool = True
    place: str = "call"  # where faults find it


CALLS: dict[str, Declared] = {}


def get(path: str, *, needs_token: bool = True, place: str = "call") -> Callable[[Function], Function]:
    """Declare a GET call."""

    def declare(function: Function) -> Function:
        CALLS[path] = Declared(function, "GET", "", needs_token, place)
        return function

    return declare


def post(
    path: str, *, body: str = "json", needs_token: bool = True, place: str = "call"
) -> Callable[[Function], Function]:
    """Declare a POST call."""

    def declare(function: Function) -> Function:
        CALLS[path] = Declared(function, "POST", body, needs_token, place)
        return function

    return declare
