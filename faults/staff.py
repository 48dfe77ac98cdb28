"""Chiefs and clerks: they look at their list, do what is planned for a case, and look again whether it is done."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from faults.plan import Case, Deed, picture
from faults.talk import Hopeless, Talker, numbered

TODO = "待办"
IN_LIST = {
    Deed.ACCEPT: "待受理",
    Deed.HAND_BACK: "待受理",
    Deed.PROVE: "整改中",
    Deed.TRANSFER: "待分派",
    Deed.DECLINE: "待分派",
    Deed.PASS: "待复核",
    Deed.SEND_BACK: "待复核",
}
"""As long as the case stands in the list like this, the deed is still to be done."""
OF_CHIEFS = frozenset({Deed.ACCEPT, Deed.HAND_BACK, Deed.PROVE})
OF_CLERKS = frozenset({Deed.TRANSFER, Deed.DECLINE, Deed.PASS, Deed.SEND_BACK})


@dataclass
class Official(Talker):
    """Somebody of a town or of the Office."""

    def does(self, round_: int, cases: Collection[Case]) -> int:
        """Do what this round has for these cases; how many deeds were done. Nothing is done twice: the list tells."""
        done = 0
        for _ in range(self.patience):
            left = self._left(round_, cases)
            if not left:
                return done
            for number, case in left:
                self.dawdles()
                done += 1
                self._deed(round_, case, number)
        raise Hopeless(f"{self.person.key}: {[case.label for _, case in left]} would not be done")

    def _left(self, round_: int, cases: Collection[Case]) -> list[tuple[str, Case]]:
        """(number in the list, case) of what is still to be done."""
        listing = numbered(self.reads_all(TODO))
        return [
            (number, case)
            for case in cases
            for number, rest in listing
            if case.label in rest and IN_LIST[_must(case.deed(round_))] in rest
        ]

    def _deed(self, round_: int, case: Case, number: str) -> None:
        deeds: dict[Deed, Callable[[], object]] = {
            Deed.ACCEPT: lambda: self.says(f"受理 {number}"),
            Deed.HAND_BACK: lambda: self.says(f"退回 {number} 该处不归我镇"),
            Deed.PROVE: lambda: self._proves(number, case.proof(round_)),
            Deed.TRANSFER: lambda: self.says(f"转派 {number} {case.other_town}"),
            Deed.DECLINE: lambda: self.says(f"不属于 {number} 该处不是河道"),
            Deed.PASS: lambda: self.says(f"复核 {number} 通过"),
            Deed.SEND_BACK: lambda: self.says(f"复核 {number} 不通过 岸边仍有残留"),
        }
        deeds[_must(case.deed(round_))]()

    def _proves(self, number: str, seed: int) -> None:
        """Begin, send one photo, look that there is one, submit; the list tells whether it worked."""
        begun = self.says(f"办结 {number}")
        if begun is None:
            return
        if "还没提交" in begun or "照片 1 张" in begun:
            self.says("取消")  # something half done: better from the beginning
            return
        if "整改" not in begun:
            return
        reply = self.understood(self.person.sends_photo(picture(seed)))
        if reply is None or "照片 1 张" not in reply:
            self.says("取消")
            return
        self.says("提交")


def _must(deed: Deed | None) -> Deed:
    if deed is None:
        raise Hopeless("nothing is to be done in this round")
    return deed
