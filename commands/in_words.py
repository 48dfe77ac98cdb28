"""How a value is written for people on a terminal; programs ask for --json and get the rows as they are."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):(\d{2})\+08:00")
"""A moment as `in_china` writes it."""
LABELS = {
    "number": "编号", "state_name": "状态", "kind_name": "种类", "ground_name": "依据", "severity_name": "等级",
    "case": "案件号", "town": "单位", "whistle": "吹哨", "order": "督办单", "talk": "约谈", "open": "未办结",
    "by_hand": "人工", "reason": "事由", "remark": "备注", "place": "地点", "kind": "类别", "overdue": "逾期",
    "issued_at": "下发", "answer_by": "答复期限", "answered_at": "答复", "settled_at": "了结",
    "answers": "历次答复", "called_at": "发起", "meets_at": "时间", "held_by": "约谈人", "attended": "被约谈人",
    "persons": "人数", "minutes": "内容", "undertakings": "承诺", "undertakings_by": "承诺期限",
    "body": "送交单位", "prepared_at": "准备", "sent_at": "移送", "needs": "需要", "lead": "牵头",
    "blown_at": "吹哨时间", "name_by": "指派期限", "named_at": "指派", "ended_at": "结束", "solved": "已解决",
    "case_paused": "期限暂停计时", "clock_stood_still_for": "期限顺延（工作日）", "helpers": "协助单位数",
    "held_on": "日期",
    "bodies": "参加单位", "officers": "人员", "vehicles": "车辆", "boats": "船只", "sites_solved": "解决（处）",
    "illegal_boats": "清理违法船只", "photos": "照片", "net_metres": "清理网具（米）", "words": "说明",
    "recorded_at": "登记", "withdrawn": "已作废", "dated": "文书日期", "subject": "事由", "answer_due": "要求答复",
    "answered_on": "收到答复", "result": "结果", "answer_overdue": "答复逾期", "at": "时间", "accepted": "通过",
    "verdict": "意见", "town_code": "镇街编码", "reach": "河段", "source": "来源", "opened_at": "收到",
    "due_at": "期限", "paused": "暂停计时", "provisional": "暂定", "reports": "反映（人次）", "for_office": "提示",
    "longitude": "经度", "latitude": "纬度", "accept_by": "受理期限", "rectify_by": "整改期限",
    "verify_by": "复核期限", "reopened_by_reporter": "群众要求重办过",
    "routing_corrections_of_reach": "该河段改派过（次）", "item": "项目", "row": "涉及", "returned": "返还",
    "appealed_by": "申诉人", "appealed_at": "申诉时间", "decision": "答复意见", "decided_by": "答复人",
    "decided_at": "答复时间", "id": "序号", "month": "月份", "revision": "版次", "channel_name": "渠道",
    "wanted_by": "发布人", "wanted_at": "提出", "published_at": "发出", "next_at": "下一步", "tries": "重试",
    "withdrawn_at": "撤回", "removed_at": "平台上删除", "publish_id": "平台任务号", "url": "文章", "note": "说明",
    "rulebook": "考核办法", "drafted_by": "起草人", "drafted_at": "起草", "told_at": "告知",
    "appeal_until": "申诉截止", "approved_by": "批准人", "approved_at": "批准", "digest": "校验码",
    "dropped_by": "撤销人", "dropped_at": "撤销", "dropped_because": "撤销理由",
}  # fmt: skip
CODES = frozenset({"year", "serial"})
"""What the number says already."""


def lines_of(row: Mapping[str, Any]) -> Iterator[str]:
    """What is known of the row under Chinese names; what there are several of, each on a line of its own."""
    for key, value in _known(row).items():
        several = value if isinstance(value, list) and value and isinstance(value[0], Mapping) else []
        yield f"{LABELS.get(key, key)}：{'' if several else _told(key, value)}"
        yield from (f"  · {said(each)}" for each in several)


def _told(key: str, value: Any) -> str:
    return f"{len(value)} 张" if key == "photos" and isinstance(value, list) else said(value)


def said(value: Any) -> str:
    """A moment without its zone (the end of a day as 24:00), yes or no, several things in a row."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "；".join(said(each) for each in value)
    if isinstance(value, Mapping):
        return "，".join(f"{LABELS.get(key, key)}：{_told(key, each)}" for key, each in _known(value).items())
    found = MOMENT.fullmatch(str(value))
    return str(value) if found is None else _moment(found)


def _moment(found: re.Match[str]) -> str:
    if (found[2], found[3]) != ("00:00", "00"):
        return f"{found[1]} {found[2]}"
    before = date.fromisoformat(found[1]) - timedelta(days=1)
    return f"{before} 24:00"


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what is empty, and what another of its values says in words."""
    return {
        key: value for key, value in row.items()
        if value not in (None, "", []) and f"{key}_name" not in row and key not in CODES
    }  # fmt: skip
