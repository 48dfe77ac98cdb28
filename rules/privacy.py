"""What a town must not learn of who reported, even where the reporter wrote it down.

Source: 《中华人民共和国个人信息保护法》第六条 (no more than the purpose needs); the hotline's rule that leaking
who reported is punished (福建 96133).
"""

import re

TELEPHONE = re.compile(
    r"(?<!\d)(?:(?:\+|00)?86[ -]?)?(?:[1１][3-9３-９]\d(?:[ -]?\d{4}){2}|[0０]\d{2,3}[ -]?\d{7,8})(?!\d)"
)
HIDDEN = "（电话号码已隐去）"


def without_telephone(words: str) -> str:
    """The words with every mainland mobile or landline number taken out."""
    return TELEPHONE.sub(HIDDEN, words)
