"""Every sentence the account says. Plain, short and respectful; no line but a list's begins with a digit."""

FIRST_USE = (
    "【使用前请看】有人落水、起火等危险，请先打 110 或 119。\n"
    "您发来的照片、位置和文字只用来处理河湖问题；镇街看得到问题，看不到是谁反映的。\n"
    "取消关注，您的微信标识、电话和语音就会删除。"
)
WELCOME = (
    "您好，这里是{district}河长制公众监督。\n"
    "看到河里、河边有垃圾、排污、违建等问题，直接把照片和位置发来就行，也可以回复“我要举报”。\n"
    "回复“进度”看办理情况，回复“帮助”看用法。"
)
HELP = (
    "怎么用：\n"
    "· 反映问题：直接发照片、位置和几句话，或回复“我要举报”\n"
    "· 发位置：点输入框右边的“＋”，选“位置”，再点“发送位置”\n"
    "· 看进展：回复“进度”\n"
    "· 补充：回复“补充 编号”；撤回：回复“撤回 编号”\n"
    "· 办结后评价：回复“满意”“基本满意”或“不满意”\n"
    "· 中途不报了：回复“取消”\n"
    "· 监督员、河长、河长办：回复“绑定 邀请码”\n"
    "有危险请先打 110 或 119。找人工请打 {hotline}。"
)
HELP_TOWN = (
    "\n镇街办理：\n"
    "· “待办”看本人案件，“详情 编号”看内容，“照片 编号”取新链接\n"
    "· “受理 编号”“退回 编号 理由”“追问 编号 问题”\n"
    "· “办结 编号”，再发整改后的照片和说明，最后回复“提交”"
)
HELP_OFFICE = (
    "\n河长办：\n"
    "· “待办”“汇总”“查 案件号”“代报”\n"
    "· “复核 编号 通过”“复核 编号 不通过 理由”\n"
    "· “转派 编号 镇街”“不属于 编号 理由”“重开 编号 理由”\n"
    "· “改级 编号 一般/复杂/紧急”“改类 编号 类别”\n"
    "· “核对 编号”去掉提示（看过了，没有问题）"
)
UNKNOWN = (
    "没有听明白您的意思。\n"
    "要反映问题，请直接发照片或位置，或回复“我要举报”；看进展回复“进度”；看用法回复“帮助”。"
)
UNSUPPORTED = "这种消息暂时看不了。请发照片、位置、语音或文字；看用法请回复“帮助”。"
NOT_FOR_YOU = (
    "这一项是给河长、联络员和河长办用的。如果您是，请先回复“绑定 邀请码”。要反映问题，直接发照片或位置就行。"
)
NOT_YOUR_OFFICE = "这一项不在您的职务范围内。回复“帮助”看您可以做什么。"
YOU_ARE_WELCOME = "不客气。看到河湖问题，随时发照片和位置就行。"
NOTHING_TO_SUBMIT = "现在没有等提交的内容。要反映问题，请发照片和位置，或回复“我要举报”。"
ALREADY_SUBMITTED = "刚才那条已经提交成功了，编号 {ticket}，不用再提交。"
DANGER = "有人有危险，请马上打 110、119 或 120！"
CANCELLED = "好的，已取消，刚才的内容没有提交。需要时回复“我要举报”重新开始。"
NOTHING_TO_CANCEL = "现在没有正在填写的内容。要撤回已提交的，请回复“撤回 编号”。"
FINISH_FIRST = "您还有没提交的{title}。请先回复“提交”，或回复“取消”放弃，再做这一步。"
EXPIRED = "（上次的内容隔得太久没有提交，已作废。）"
MORE = "（还有，回复“更多”看下一页）"
NO_MORE = "没有更多了。"
BUSY = "系统忙，刚才这条没有收到，请过一会儿再发一次。"

# — reporting —
ASK_REPORT = "请发照片（最多 {photos} 张）、位置，再用几句话说说看到了什么，先后都行。\n发位置：点输入框右边的“＋”→“位置”→“发送”。"
HOW_TO_LOCATE = "发位置：点“＋”→“位置”→“发送”；或写地名，如“北运河天穆镇段”"
HAVE = "已收到：{have}。"
MISSING = "还缺{missing}。"
MISSING_PLACE = "地点（{how}）"
MISSING_WHAT = "照片或几句话"
REACH_NAMED_APART = "{name}（{town}，{apart}）"
SUMMARY_HEAD = "请核对："
SUMMARY_PLACE = "地点：{place}"
SUMMARY_TOWN = "负责：{town}"
SUMMARY_SENT = "材料：{sent}"
SUMMARY_WORDS = "说明：{words}"
SUMMARY_KIND = "类别：{kind}"
SUMMARY_CALLER = "反映人：{caller}"
SUMMARY_SUBMIT = "要改请回复“改地点”“改照片”“改说明”或“改类别”；没问题请回复“提交”"
ASK_KIND = "这是哪一类问题？回复数字选择（不选按“其他”）："
ASK_TOWN = "这里在两个镇街交界处，请回复数字选择是哪一边："
ASK_REACH = "离您的位置最近的河段是，请回复数字选择："
ASK_REACH_NAMED = "您说的是哪一段？请回复数字选择，或直接发位置："
REACH_AT = "{name}（{town}，约 {metres} 米）"
REACH_NAMED = "{name}（{town}）"
BAD_CHOICE = "请回复上面的数字，或另发一个位置。"
TOO_FAR = "这个位置附近 {metres} 米内没有登记的河湖。请换一个离水边近些的位置，或写河名和村名。"
OUTSIDE = "这个位置不在{district}范围内，我们转不了，请拨打 {hotline} 反映，谢谢您关心河湖。\n如果位置发错了，请再发一次。"
NO_SUCH_BOARD = "没有找到这块公示牌，请直接发照片和位置。"
TOO_MANY_PHOTOS = "照片最多 {photos} 张，这一张没有收下。"
PHOTOS_CLEARED = "照片、语音和视频已清空，请重新发。"
WORDS_CLEARED = "说明已清空，请重新写。"
PLACE_CLEARED = "地点已清空。{how}"
SUBMITTED_TICKET = "提交成功，编号 {ticket}"
SUBMITTED_TOWN = "已交给{town}（{place}）。"
SUBMITTED_OFFICE = "已交给河长办分派（{place}）。"
SUBMITTED_JOINED = "这处问题已有人反映，您的内容已并入，正由{town}办理（{state}）。"
SUBMITTED_DATES = "预计{accept}受理，{rectify}整改完成。"
SUBMITTED_RECTIFY = "预计{rectify}整改完成。"
SUBMITTED_NEXT = "每一步进展都会在这里告诉您。回复“进度”随时查看，有新情况回复“补充 {ticket}”。"
SUBMITTED_BY_PHONE = "请把编号读给反映人。办结后会提醒您回电。"
LATE_PHOTO = "照片收到，已放进刚才提交的那条上报里。"
LATE_PROOF = "照片收到，已放进刚才提交的整改材料里。"
PROOF_TOO_LATE = "照片收到得晚了，整改材料已经在复核。需要时请告诉河长办。"
ASK_TELEPHONE = "电话代报：请写反映的内容，发位置或写河名地名；可写“姓名 张三”“电话 13800000000”。"
CALLER_SAVED = "反映人联系方式已记下（只有河长办看得到）。"

# — progress —
NO_REPORTS = "您还没有上报过问题。发照片或位置就可以开始。"
MY_REPORTS = "您的上报："
MY_REPORT = "{n} {ticket} {kind} {place} {state}{deadline}"
MY_REPORT_HINT = "回复“进度 编号”看经过，“补充 编号”加内容，“撤回 编号”撤回（受理前）。"
PROGRESS_HEAD = "编号 {ticket}"
PROGRESS_LINE = "· {time} {what}{reason}"
PROGRESS_SEE = "照片和整改前后对比：{link}"
WITHDRAWN = "已撤回，编号 {ticket}。"
WHICH_TO_WITHDRAW = "要撤回哪一条？请回复“撤回 编号”："
NOTHING_TO_WITHDRAW = "现在没有可以撤回的上报（受理以后就不能撤回了）。"
WHICH_TO_ADD = "要补充哪一条？请回复“补充 编号”："
NOTHING_TO_ADD = "现在没有正在办理的上报可以补充。"
ASK_ADDITION = "请发要补充的照片或文字，发完回复“提交”。"
ADDITION_SO_FAR = "已收到补充：{have}。还有就接着发，好了请回复“提交”。"
ADDITION_EMPTY = "还没有收到补充的照片或文字。"
ADDED = "已补充到编号 {ticket}，并告诉了办理单位。"
ANSWERED = "已把您的回答转给办理单位，对方看不到您是谁。"
NOTHING_TO_RATE = "现在没有等您评价的上报。回复“进度”可以查看。"
WHICH_TO_RATE = "您有几条上报等评价，请带上编号回复，例如“{rating} {ticket}”："
TO_RATE = "{n} {ticket} {kind} {place}"
THANKS = "谢谢您的评价：{rating}。"
ASK_WHY = "很抱歉没让您满意。请用一句话说说哪里还没弄好。"
REOPENED = "谢谢，已按“不满意”重新办理，{town}会继续整改，理由已原样转达。"
NOT_REOPENED = "谢谢，您的意见已记录并报河长办（一件案件只自动重办一次）。"

# — joining —
BOUND = "{name}，您好，已绑定：{offices}。\n{hint}"
BOUND_TOWN = "回复“待办”看本单位的案件，回复“帮助”看用法。"
BOUND_OFFICE = "回复“待办”看需要河长办处理的案件，回复“帮助”看用法。"
BOUND_OTHER = "谢谢您参与河湖监督。看到问题直接发照片和位置就行。"
HOW_TO_BIND = "请回复“绑定 邀请码”，邀请码由河长办发放。"

# — chiefs —
NO_TODO = "现在没有待办的案件。"
TODO_TOWN = "待办案件（{count} 件）："
TODO_LINE = "{n} {severity}{kind} {place} {state}{deadline} 〔{number}〕{extra}"
TODO_TOWN_HINT = "回复“详情 编号”“受理 编号”“退回 编号 理由”“办结 编号”。"
NO_SUCH_CASE = "没有找到编号 {n} 的案件。回复“待办”看现在的编号。"
WHICH_CASE = "请带上编号，例如“{verb} {n}”："
NOT_THE_LIST = "请带上编号。回复“待办”看编号。"
ACCEPTED = "已受理〔{number}〕{place}，请于{deadline}整改完成。\n完成后回复“办结 {n}”，再发照片和说明。"
HANDED_BACK = "已退回〔{number}〕，由河长办重新分派。理由：{reason}"
ASK_PROOF = "〔{number}〕请发整改后的照片（至少一张）和一句说明，发完回复“提交”。"
PROOF_SO_FAR = "已收到整改材料：{have}。还有就接着发，好了请回复“提交”。"
PROOF_NEEDS_PHOTO = "还没有整改后的照片，请先发照片，再回复“提交”。"
PROVED = "已提交〔{number}〕的整改材料，照片收齐后自动报河长办复核。"
ASKED = "已把问题转给 {count} 位反映人，对方不知道是谁在问；回答会发给您。"
PHOTO_LINK = "〔{number}〕照片和经过（链接在案件有新进展后或 {days} 天后失效）：\n{link}"
WHOSE_PHOTO = "照片收到（{count} 张）。这是新发现的问题，还是哪件案件的整改照片？\n新问题请回复“举报”；整改照片请回复编号："
WHOSE_PHOTO_LINE = "{n} {kind} {place} 〔{number}〕"
DETAIL_HEAD = "〔{number}〕{severity}{kind}"
DETAIL_PLACE = "地点：{place}（{town}）"
DETAIL_STATE = "状态：{state}{deadline}"
DETAIL_REPORTS = "反映：{count} 人次"
DETAIL_WORDS = "说明：{words}"
DETAIL_ADDED = "补充：{words}"
DETAIL_LAST = "最近：{time} {who}{what}{reason}"
DETAIL_OFFICE = "提示：{why}"
DETAIL_MISSING = "照片：{missing} 张没有收到"
DETAIL_CALLER = "反映人联系方式：{name} {phone}"
DETAIL_LINK = "照片：{link}"
DETAIL_ACTIONS = "可以回复：{actions}"

# — the Office —
TODO_OFFICE = "河长办待办（{count} 件）："
TODO_OFFICE_HINT = (
    "回复“详情 编号”“复核 编号 通过”“复核 编号 不通过 理由”“转派 编号 镇街”“不属于 编号 理由”“核对 编号”。"
)
VERIFIED = "〔{number}〕复核通过，已办结，并请反映人评价。弄错了可回复“重开 {n} 理由”。"
SENT_BACK = "〔{number}〕复核不通过，已退回{town}继续整改。理由：{reason}"
CONFIRMED = "〔{number}〕已核对，提示已去掉。"
VERIFY_HOW = "请回复“复核 {n} 通过”或“复核 {n} 不通过 理由”。"
TRANSFERRED = "〔{number}〕已转派{town}，请其于{deadline}受理。{warning}"
WHICH_TOWN = "没有认出镇街“{said}”。请写全称，例如：转派 {n} 天穆镇。\n现有：{towns}"
WHICH_OF_TOWNS = "“{said}”可能是：{towns}。请写全称。"
DECLINED = "〔{number}〕已按“不属于”办理，并告知反映人。理由：{reason}"
SEVERITY_CHANGED = "〔{number}〕已改为{severity}，新的期限：{deadline}。"
WHICH_SEVERITY = "请回复“改级 {n} 一般”“改级 {n} 复杂”或“改级 {n} 紧急”。"
KIND_CHANGED = "〔{number}〕类别已改为{kind}。"
WHICH_KIND = "没有认出类别“{said}”。可选：{kinds}"
CASE_REOPENED = "〔{number}〕已重开，{town}将继续办理。"
SUMMARY_ALL = "各镇街在办案件："
SUMMARY_ROW = "{town}：在办 {open}，逾期 {late}"
SUMMARY_TRIAGE = "待河长办分派：{count}"
SUMMARY_NONE = "现在没有在办案件。"
NOT_FOUND = "没有找到“{said}”。请写案件号（如 2026-0012）或受理编号。"
SAY_AGAIN = "\n如果仍要这样办，请再发一遍。"
ALREADY = "{who}已于{time}{what}{reason}。"

# — notifications: sentence → text (docs/messages.md lists who gets which) —
NOTICES: dict[str, str] = {
    "town_assigned": (
        "{urgent}【新案件】〔{number}〕{kind}\n地点：{place}\n说明：{words}\n请于{deadline}受理。\n照片：{link}\n"
        "请回复：受理 {short}／退回 {short} 理由／追问 {short} 问题"
    ),
    "town_sent_back": "【复核不通过】〔{number}〕{place}\n河长办意见：{reason}\n请于{deadline}完成整改，再回复“办结 {short}”。\n照片：{link}",
    "town_proof_refused": "【整改材料退回】〔{number}〕{place}\n原因：{reason}\n请重新拍照后回复“办结 {short}”。",
    "town_closed": "【已办结】〔{number}〕{place}，河长办复核通过，辛苦了。",
    "town_reopened": "【重新办理】〔{number}〕{place}\n理由：{reason}\n请于{deadline}完成整改，再回复“办结 {short}”。\n照片：{link}",
    "town_declined": "【不再办理】〔{number}〕{place}，河长办认定不属于本区河湖问题：{reason}",
    "town_withdrawn": "【已撤回】〔{number}〕{place}，反映人已撤回，不用办理了。",
    "town_transferred_away": "【已转派】〔{number}〕{place}，已转由{town}办理，不用您办理了。",
    "town_severity": "【改级】〔{number}〕{place}，已改为{severity}，请于{deadline}办理。",
    "town_kind": "【改类】〔{number}〕{place}，类别由“{before}”改为“{kind}”。",
    "town_addition": "【反映人补充】〔{number}〕{place}：{added}（照片 {photos} 张）\n查看：{link}",
    "town_answer": "【反映人回答】〔{number}〕{place}\n问：{question}\n答：{answer}",
    "office_no_town": "【待分派】〔{number}〕{kind} {place}\n原因：{reason}\n说明：{words}\n照片：{link}\n请回复：转派 {short} 镇街／不属于 {short} 理由",
    "office_returned": "【镇街退回】〔{number}〕{kind} {place}（{town}）\n理由：{reason}\n照片：{link}\n请回复：转派 {short} 镇街／不属于 {short} 理由",
    "office_proof": "【待复核】〔{number}〕{kind} {place}（{town}）\n请于{deadline}复核。\n整改前后照片：{link}\n请回复：复核 {short} 通过／复核 {short} 不通过 理由",
    "office_dissatisfied": "【群众不满意】〔{number}〕{place}（{town}）已重新办理。\n理由：{reason}",
    "office_still_dissatisfied": "【群众仍不满意】〔{number}〕{place}（{town}）\n理由：{reason}\n案件没有自动重办（只重办一次）；需要时请回复：重开 {short} 理由",
    "office_addition": "【反映人补充】〔{number}〕{place}：{added}（照片 {photos} 张）\n查看：{link}",
    "office_call_back": "【请回电】〔{number}〕{place}已办结，反映人是打电话来的，请回电告知（“查 {number}”可见电话）。",
    "office_undelivered": "【消息未送达】〔{number}〕发给{name}的消息没有送到：{reason}。请电话联系，或回复“查 {number}”。",
    "office_audit": "【审计提醒】有 {count} 件案件的办理记录校验不通过：{number}。请联系系统管理员运行 flask audit verify。",
    "reporter_accepted": "您反映的问题（编号 {ticket}）已由{town}受理，预计{deadline}整改完成。",
    "reporter_returned": "您反映的问题（编号 {ticket}）正由河长办重新确定办理单位，有结果会告诉您。",
    "reporter_transferred": "您反映的问题（编号 {ticket}）已交给{town}办理，预计{deadline}受理。",
    "reporter_proved": "您反映的问题（编号 {ticket}），{town}已报整改完成，河长办正在复核。",
    "reporter_sent_back": "您反映的问题（编号 {ticket}），河长办复核没有通过，{town}会继续整改，预计{deadline}完成。",
    "reporter_closed": (
        "您反映的问题（编号 {ticket}）已整改并办结。\n整改前后照片：{link}\n"
        "您满意吗？请回复“满意”“基本满意”或“不满意”。"
    ),
    "reporter_declined": "您反映的问题（编号 {ticket}）没有受理。\n原因：{reason}\n如有疑问请拨打 {hotline}，谢谢您关心河湖。",
    "reporter_reopened": "您反映的问题（编号 {ticket}）已重新办理，{expected}。",
    "reporter_new_date": "您反映的问题（编号 {ticket}）期限有调整，{expected}。",
    "reporter_question": "关于您反映的问题（编号 {ticket}），办理单位想问：{question}\n请直接回复文字，对方看不到您是谁。",
    "reporter_photo_missing": "您反映的问题（编号 {ticket}）有 {count} 张照片没有收到（{reason}）。问题已在办理；方便时请回复“补充 {ticket}”再发一次照片。",
}
URGENT = "【紧急】"
NO_WORDS = "（无文字说明）"
