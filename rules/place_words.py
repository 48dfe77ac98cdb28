"""The words around a place's name: suffixes, and what may be said beside it without saying more."""

import re
import unicodedata
from collections.abc import Sequence

_SAID_BESIDE = """
河段 河道 河边 河岸 河里 河面 河口 水边 水里 沟边 坑边 岸边 后面 前面 后边 前边 后头 前头 里面
里边 外面 旁边 边上 附近 这边 那边 这里 那里 这儿 那儿 这段 那段 一段 一带 对面 对过 周边 中间
交界 之间 上游 下游 左岸 右岸 两岸 东侧 西侧 南侧 北侧 东边 西边 南边 北边 东头 西头 南头 北头
东面 西面 南面 北面 村口 村头 村后 村前 村东 村西 村南 村北 村里 位置 地点 地址 地方 位于 就是
我们 我在 这条 那条 一条 街道 社区 大桥 那块儿 那片儿 那边儿 天津市 天津 大堤 你好 您好 我 在 的
是 就 从 到 至 和 与 处 段 村 镇 乡 街 河 渠 湖 沟 塘 坑 水 桥 闸 边 里 上 下 后 前 东 西 南 北
侧 岸 那 这 条 啊 呀 吧 呢 哈 儿 旁
"""
_FILLER = re.compile("|".join(sorted(_SAID_BESIDE.split(), key=len, reverse=True)))
_DISTRICT = re.compile(r"^(?:天津市?)?(?:[^\0]{1,3}(?<!小)[区县])?")
_TYPE = re.compile("街道|社区|[镇乡村段]")


def plain(text: str) -> str:
    """Full-width made half-width, spaces and punctuation dropped, committees called by their village."""
    joined = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    joined = re.sub("村(?:民委员会|委会)", "村", joined)
    joined = re.sub("(?:社区)?居(?:民委员会|委会)", "社区", joined)
    return re.sub("村{2,}(?![口头里边东西南北前后])", "村", joined)


def stem(name: str, suffixes: Sequence[str]) -> str:
    """The name without the first suffix that fits, whole where fewer than two characters would be left."""
    for suffix in suffixes:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def skeleton(name: str) -> str:
    """The name without any 镇, 街道, 村, 段: 北运河天穆镇段 and 北运河天穆段 are the same."""
    return _TYPE.sub("", name)


def is_filler(rest: str) -> bool:
    """Whether a plain text, its names blotted out as NULs, says nothing more (在…后面的河)."""
    rest = _DISTRICT.sub("", rest)
    return not _FILLER.sub("", rest).strip("\0").replace("\0", "")
