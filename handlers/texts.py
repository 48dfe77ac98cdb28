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
    "· 各镇街考核：回复“排名”，“订阅排名”“退订排名”\n"
    "· 中途不报了：回复“取消”\n"
    "· 监督员、河长、河长办：回复“绑定 邀请码”\n"
    "有危险请先打 110 或 119。找人工请打 {hotline}。"
)
HELP_TOWN = (
    "\n镇街办理：\n"
    "· “待办”看本人案件，“详情 编号”看内容，“照片 编号”取新链接\n"
    "· “受理 编号”“退回 编号 理由”“追问 编号 问题”\n"
    "· “办结 编号”，再发整改后的照片和说明，最后回复“提交”\n"
    "· “延期 编号 天数 理由”，到期前向河长办申请延期\n"
    "· “答复 编号”，答复督办单：文字说明和现场照片，最后回复“提交”\n"
    "· “吹哨 编号 需要谁做什么”，一家办不了时请河长办协调；“哨单”看吹哨，“收哨 哨号 已解决/未解决 结果”，“撤哨 哨号 理由”\n"
    "· “得分 月份”看本镇街月考核的得分和扣分依据，“申诉 项目 理由”在申诉期内申诉，可附照片"
)
HELP_DEPARTMENT = (
    "\n协同办理：\n"
    "· “哨单”看请本单位协助的吹哨，“看哨 哨号”看经过和照片\n"
    "· “回哨 哨号 办什么 12-01”，办完回复“回哨 哨号 完成 情况”\n"
    "· 收到督办单的，回复“答复 督办单号”，再发说明和现场照片"
)
HELP_OVERSEER = "\n区级河湖长、总河湖长：\n· “汇总”看全区在办和逾期的案件；督办单会抄送给您"
HELP_OFFICE = (
    "\n河长办：\n"
    "· “待办”“汇总”“查 案件号”“代报”；录入“市级反馈”“暗查暗访”的问题\n"
    "· “复核 编号 通过”“复核 编号 不通过 理由”\n"
    "· “转派 编号 镇街”“不属于 编号 理由”“重开 编号 理由”\n"
    "· “改级 编号 一般/复杂/紧急”“改类 编号 类别”\n"
    "· “核对 编号”去掉提示（看过了，没有问题）\n"
    "· “准 编号”“不准 编号 理由”答复延期，“延期申请”看还没答复的\n"
    "· “催办 编号 理由”“督办 编号 理由”“暂缓 编号 天数 理由”“审核 编号 通过/不通过 理由”“造假 编号 情况”“撤销督办 编号 理由”\n"
    "· “约谈 编号 理由”“约谈时间 编号 12-01 14:00 地点”“纪要 编号”“兑现 编号”“撤销约谈 编号 理由”\n"
    "· “移送 编号 理由”“确认移送 编号”“撤销移送 编号 理由”\n"
    "· “吹哨 编号 需要谁做什么”“指派 哨号 牵头单位、协助单位”“哨单”“看哨 哨号”“收哨 哨号 已解决/未解决 结果”“撤哨 哨号 理由”\n"
    "· 代录回哨：“回哨 哨号 单位 办什么 12-01”；督办协助单位：“督办 哨号 单位 理由”（哨号如 哨3）\n"
    "· “联合行动”登记、“联合行动列表”；“检察建议”“移送执法”看登记和怎么登记\n"
    "· “得分 月份”看各镇街月考核得分，“申诉”看没有答复的申诉，“批准 2026-10”批准（起草、答复申诉的人不能批准）"
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
CANCELLED = "好的，已取消，刚才的内容没有提交。反映问题请回复“我要举报”，其他用法请回复“帮助”。"
NOTHING_TO_CANCEL = "现在没有正在填写的内容。要撤回已提交的，请回复“撤回 编号”。"
FINISH_FIRST = "您还有没提交的{title}。请先回复“提交”，或回复“取消”放弃，再做这一步。"
EXPIRED = "（上次的内容隔得太久没有提交，已作废。）"
MORE = "（还有，回复“更多”看下一页）"
NO_MORE = "没有更多了。"
BUSY = "系统忙，刚才这条没有收到，请过一会儿再发一次。"
TOO_MANY = "您发得太快了，刚才这条没有收下；前面发的都在。请过一分钟，把这条再发一次，谢谢。"

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
SUBMITTED_HANDED_DOWN = "已记为{source}〔{number}〕，按{source}的时限提示和督办。"
SUBMITTED_BY_PHONE = "请把编号读给反映人。办结后会提醒您回电。"
LATE_PHOTO = "照片收到，已放进刚才提交的那条上报里。"
LATE_PROOF = "照片收到，已放进刚才提交的整改材料里。"
PROOF_TOO_LATE = "照片收到得晚了，整改材料已经在复核。需要时请告诉河长办。"
ASK_HANDED_DOWN = "录入{source}的问题：请发照片，写问题内容，发位置或写河名地名，最后回复“提交”。"
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
BOUND_DEPARTMENT = "有吹哨请贵单位协助时，会在这里告诉您；回复“哨单”查看，回复“帮助”看用法。"
BOUND_OTHER = "谢谢您参与河湖监督。看到问题直接发照片和位置就行。"
HOW_TO_BIND = "请回复“绑定 邀请码”，邀请码由河长办发放。"

# — chiefs —
NO_TODO = "现在没有待办的案件。"
TODO_TOWN = "待办案件（{count} 件）："
TODO_LINE = "{n} {severity}{kind} {place} {state}{deadline} 〔{number}〕{extra}"
TODO_ORDER = "，督办单{order}待答复，{until}（答复 {n}）"
NOT_AS_COMMAND = (
    "提示：您正在写“{title}”，刚才这句没有作为命令办理。如果是命令，请先回复“提交”或“取消”，再发一次。\n"
)
TODO_TOWN_HINT = "回复“详情 编号”“受理 编号”“退回 编号 理由”“办结 编号”。"
NO_SUCH_CASE = "没有找到编号 {n} 的案件。回复“待办”看现在的编号。"
BLANK_MISSING = "没有办理。如果是要对编号 {n} 的案件办理，请在编号后空一格：{verb} {n} {words}"
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
DETAIL_SOURCE = "来源：{source}"
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
TODO_OFFICE_HINTS = {
    "的答复待审核": "“审核 编号 通过”“审核 编号 不通过 理由”",
    "待安排": "“约谈时间 编号 12-01 14:00 地点”“撤销约谈 编号 理由”",
    "没有录入纪要": "“纪要 编号”",
    "承诺逾期": "“兑现 编号”“移送 编号 理由”",
    "待确认": "“确认移送 编号”“撤销移送 编号 理由”",
}
"""What else may be said where a case is on the Office's list for this."""
VERIFIED = "〔{number}〕复核通过，已办结，并请反映人评价。弄错了可回复“重开 {n} 理由”。"
SENT_BACK = "〔{number}〕复核不通过，已退回{town}继续整改。理由：{reason}"
CONFIRMED = "〔{number}〕已核对，提示已去掉。"
VERIFY_HOW = "请回复“复核 {n} 通过”或“复核 {n} 不通过 理由”。"
TRANSFERRED = "〔{number}〕已转派{town}，请其于{deadline}受理。{warning}"
WHICH_TOWN = "没有认出镇街“{said}”。请写全称，例如：转派 {n} {example}。\n现有：{towns}"
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

# — the ranking —
RANKING_NONE = "还没有发布过考核排名。回复“订阅排名”，发布后会在这里告诉您。"
RANKING_NOT_YET = "{month}的考核排名没有发布。现在最新的是{newest}，回复“排名”查看。"
RANKING_WITHDRAWN = "{month}的考核排名已撤回，请勿再引用。原因：{reason}"
RANKING_CORRECTED = "此前发布的已更正（{reason}），以这里的为准。"
RANKING_LINE = "{place} {town}{score}"
RANKING_UNRANKED = "－ {town} {reason}"
RANKING_OWN = "{town}：{state}；最需改进：{costs}。"
RANKING_SEE = "图和详情：{link}"
RANKING_SUBSCRIBE = "回复“订阅排名”，每月发布后在这里告诉您。"
SUBSCRIBED = "已订阅考核排名，每月发布后在这里告诉您。不想再收，请回复“退订排名”。"
SUBSCRIBED_ALREADY = "您已经订阅了考核排名。不想再收，请回复“退订排名”。"
UNSUBSCRIBED = "已退订，不再发给您。随时可以回复“排名”查看。"
NOT_SUBSCRIBED = "您没有订阅考核排名。要订阅请回复“订阅排名”。"

# — extensions —
EXTENSION_ASKED = "〔{number}〕已申请延期 {days} 个工作日，等河长办答复。答复前期限仍为{deadline}。"
EXTENSION_GRANTED = "〔{number}〕已批准延期，新的整改期限：{deadline}，并告知镇街和反映人。"
EXTENSION_REFUSED = "〔{number}〕未批准延期，期限仍为{deadline}，已告知镇街。理由：{reason}"
EXTENSION_LINE = "{line}\n  {wanted}。请回复：准 {n}／不准 {n} 理由"
EXTENSION_HOW = "请回复“准 {n}”批准延期，或“不准 {n} 理由”。"
NO_EXTENSION_ASKED = "现在没有等待答复的延期申请。"
DETAIL_EXTENSION = "延期：{wanted}，{state}{remark}"

# — supervision: orders, talks, referrals —
NO_ORDER = "〔{number}〕没有督办单。"
USAGE = "请回复：{usage}\n编号见“待办”，也可以写案件号，例如 2026-0001。"
OFFICE_USAGES = {
    "催办": "催办 编号 理由",
    "督办": "督办 编号 理由",
    "撤销督办": "撤销督办 编号 理由",
    "暂缓": "暂缓 编号 天数 理由",
    "审核": "审核 编号 通过，或：审核 编号 不通过 理由",
    "造假": "造假 编号 情况",
    "约谈": "约谈 编号 理由",
    "约谈时间": "约谈时间 编号 12-01 14:00 地点",
    "纪要": "纪要 编号",
    "兑现": "兑现 编号",
    "撤销约谈": "撤销约谈 编号 理由",
    "移送": "移送 编号 理由",
    "确认移送": "确认移送 编号",
    "撤销移送": "撤销移送 编号 理由",
    "批准延期": "准 编号",
    "准": "准 编号",
    "不准": "不准 编号 理由",
}
ANSWER_USAGE = "答复 编号，再发文字说明和现场照片，最后回复“提交”"
ORDERED = (
    "已下发督办单{order}：〔{number}〕{town}，请其于{answer_by}书面答复。要撤销请回复“撤销督办 {n} 理由”。"
)
HELP_ORDERED = "已下发督办单{order}：吹哨{whistle}，{party}，请其于{answer_by}书面答复。要撤销请回复“撤销督办 督{n} 理由”。"
HELP_ORDER_HOW = "请写明单位和理由：督办 哨{n} 单位 理由。"
HELP_ORDER_UNREAD = "\n注意：该单位无人绑定微信，请另行送达。"
ORDER_UNREAD = "\n注意：该镇街无人绑定微信，请另行送达。"
ORDER_WITHDRAWN = "督办单{order}已撤销（文号不再使用）。"
ORDER_AGAIN = "案件逾期仍未办结的，{days}个工作日后将再次督办，届时会告诉您。"
ORDER_ACCEPTED = "督办单{order}的答复已通过。"
ORDER_SENT_BACK = "督办单{order}的答复已退回，请其于{answer_by}重新答复。"
ORDER_HOW = (
    "请回复：督办 {n} 理由／催办 {n} 理由／暂缓 {n} 天数 理由／审核 {n} 通过／审核 {n} 不通过 理由／"
    "撤销督办 {n} 理由／造假 {n} 情况"
)
ORDER_ANSWERED = "督办单{order}的答复已提交，等河长办审核。"
ASK_ANSWER = "督办单{order}：请写明原因、已采取的措施和完成时间，并发现场照片（至少一张），发完回复“提交”。答复期限：{answer_by}。"
ANSWER_SO_FAR = "已收到答复材料：{have}。还有就接着发，好了请回复“提交”。"
ANSWER_NEEDS = "答复要有文字说明，也要有至少一张照片，请补齐后再回复“提交”。"
URGED = "〔{number}〕已催办，告诉了 {count} 人。"
HELD = "〔{number}〕暂缓督办 {days} 个工作日（从明天起算，到{until}），期间不再提示和催办；期限不变。"
HELD_NO_MORE = "〔{number}〕已恢复督办。"
FALSIFIED = "〔{number}〕已认定整改材料不实，退回整改，并发起约谈。"
DETAIL_ORDER = "督办单{order}：{state}，答复期限{answer_by}"
DETAIL_ANSWER = "（请回复：答复 {n}）"
DETAIL_HELP_ORDER = "督办单{order}（{party}，协助）：{state}，答复期限{answer_by}"
DETAIL_HELP_JUDGE = "（请回复：审核 督{n} 通过／审核 督{n} 不通过 理由）"
DETAIL_TALK = "约谈{talk}：{state}{what}"
DETAIL_TALK_NEXT = {
    "called": "（请回复：约谈时间 {n} 12-01 14:00 地点）",
    "dated": "（谈完请回复：纪要 {n}）",
    "held": "（已兑现请回复：兑现 {n}；要移送请回复：移送 {n} 理由）",
}
DETAIL_WHISTLE = "吹哨{whistle}：协同办理中，期限暂停计时，紧急案件除外（看经过请回复：看哨 {n}）"
DETAIL_JUDGE = "（请回复：审核 {n} 通过／审核 {n} 不通过 理由）"
NO_TALK = "〔{number}〕没有待办的约谈。"
NO_SUCH_DAY = "没有这个日期或时间，请写成 12-01 14:00 的样子。"
DAY_PAST = "{day}已经过了，请写今天以后的日期；如指明年，请写上年份，例如 {year}-01-15。"
TALK_CALLED = "〔{number}〕已发起约谈{talk}。定了时间请回复“约谈时间 {n} 12-01 14:00 地点”。"
TALK_DATED = "约谈{talk}定于{when}，已通知镇街。谈完请回复“纪要 {n}”。"
TALK_DATE_HOW = "请回复“约谈时间 {n} 12-01 14:00 地点”。"
TALK_WITHDRAWN = "约谈{talk}已撤销。"
TALK_KEPT = "约谈{talk}的承诺已兑现，不再跟踪。"
ASK_HELD_BY = "请写约谈人（姓名和职务）。"
ASK_ATTENDED = "请写被约谈人，几个人用顿号隔开。"
ASK_TALK_WORDS = "请写谈话内容。"
ASK_UNDERTAKINGS = "请写镇街承诺的事项。"
ASK_UNDERTAKINGS_BY = "请写承诺完成的日期，如 12-20。"
MINUTES_TAKEN = "约谈{talk}的纪要已记录，承诺期限{until}，承诺到期前会提醒镇街。"
NO_REFERRAL = "〔{number}〕没有等待移送的材料。"
REFERRAL_PREPARED = "移送{referral}已准备（{body}）。案卷由管理员导出；核对后请回复“确认移送 {n}”，不移送回复“撤销移送 {n} 理由”。"
REFERRED = "移送{referral}已登记：{body}。"
REFERRAL_WITHDRAWN = "移送{referral}已撤销。"

# — joint actions and what the law does (联合行动、移送执法、检察建议) —
ASK_ACTION_WHERE = "请写行动的日期和地点，例如：11-20 北运河省界断面"
ASK_ACTION_BODIES = "请写参加单位，用、隔开，例如：区水务局、天穆镇、区公安分局"
ASK_ACTION_NUMBERS = (
    "请写出动和成果，例如：85人 41车 4船，解决10处，违法船17艘，网具200米（人数必写，没有的不写）"
)
ACTION_SO_FAR = (
    "{day}，{place}\n{bodies}\n出动{officers}人、{vehicles}车、{boats}船，解决{sites_solved}处，清理违法船只{illegal_boats}艘、"
    "网具{net_metres}米{have}\n可以再发现场照片和文字说明；核对无误请回复“提交”，不对请回复“取消”。"
)
JOINT_ACTION_RECORDED = "已登记联合行动{action}：{numbers}。登记错了请回复：联合行动作废 编号 理由"
JOINT_ACTION_WITHDRAWN = "联合行动{action}已作废（编号不再使用）。"
JOINT_ACTION_LINE = "{action} {day} {place}（{bodies}）{numbers}{withdrawn}"
NO_JOINT_ACTIONS = "还没有登记过联合行动。"
JOINT_ACTION_HOW = (
    "登记请回复“联合行动”，属于吹哨的回复“联合行动 吹哨 哨号”；登记错了请回复：联合行动作废 编号 理由"
)
LAW_RECORDED = "已登记{kind}{number}{case}（{body}），{until}。收到答复请回复：{kind}答复 {number} 12-01 结果"
LAW_DUE = "{day}前答复"
LAW_NO_DUE = "没有答复期限"
LAW_ANSWERED = "{kind}{number}已登记答复。"
LAW_WITHDRAWN = "{kind}{number}已作废。"
LAW_LINE = "{number}（{body}）{state}{until} {subject}{result}"
NO_LAW_OUTCOMES = "还没有登记过{kind}。"
LAW_HOW = (
    "登记请回复：{kind} 文号 文书日期 单位 事由 12-20前答复（不要求答复的不写；属于案件的在文号前写：案件 编号）\n"
    "收到答复请回复：{kind}答复 文号 日期 结果\n登记错了请回复：{kind}作废 文号 理由"
)

# — whistles —
BLOWN = "〔{number}〕已吹哨{whistle}，请河长办于{until}指派牵头和协助单位。吹哨期间办理期限暂停计时（紧急案件除外）。"
BLOWN_AT = "已吹哨{whistle}：{place}，请河长办于{until}指派牵头和协助单位。"
NAME_HOW = "\n请回复：指派 {n} 牵头单位、协助单位（区外单位请以“上游”“下游”“对岸”或“区外”开头）。"
NAMED = "吹哨{whistle}已指派：{parties}，由{lead}牵头，请其于{until}回哨。"
NAMED_UNREAD = "\n注意：{names}没有人收到消息，请电话通知；代录请回复“回哨 {n} 单位 办什么 12-01”。"
ANSWERED_WHISTLE = "已回哨{whistle}，{day}前完成。办完请回复“回哨 {n} 完成 情况”；有变化可以再回一次。"
PARTY_DONE = "吹哨{whistle}：已记录完成情况，并告诉了河长办和吹哨单位。"
ANSWER_HOW = "请回复“回哨 {n} 办什么 12-01”（几月几日前办完），办完回复“回哨 {n} 完成 情况”。"
CLOSE_HOW = "请回复“收哨 {n} 已解决 结果”或“收哨 {n} 未解决 结果”。"
WHISTLE_CLOSED = "吹哨{whistle}已收哨，并告诉了各协助单位。"
WHISTLE_WITHDRAWN = "吹哨{whistle}已撤哨。"
CLOCK_GOES_ON = "\n〔{number}〕恢复计时，新的期限：{deadline}。"
WHISTLE_HEAD = "吹哨{whistle} {state}\n{where}"
WHISTLE_NEEDS = "需要：{needs}"
WHISTLE_PARTY = "· {role} {party}：{state}{until}"
WHISTLE_ENTRY = "· {time} {body}{what}：{words}"
WHISTLE_LINE = "{n} {state} {where}{lead}{orders}"
NO_WHISTLES = "现在没有与您单位有关的吹哨。"
WHISTLE_HOW_TO_HELP = (
    "看经过回复“看哨 哨号”；答复回复“回哨 哨号 办什么 12-01”，办完回复“回哨 哨号 完成 情况”。"
)
WHISTLE_HOW = "吹哨请回复“吹哨 案件编号 需要谁做什么”，没有案件的写地点；看经过回复“看哨 哨号”。"

# — the month judged —
SCORE_HEAD = "{month}月考核（{standing}）\n{town}：{result}{before}"
SCORE_BEFORE = "（上月第 {place} 名）"
SCORE_POINTS = "{score} 分，第 {place} 名{grade}"
SCORE_PLACES = "名次和 {score}，第 {place} 名{grade}"
SCORE_UNRANKED = "不排名（{why}）"
SCORE_ITEM = "· {item} {points}/{weight}（{figure}）"
SCORE_ITEM_EXTRA = "· {item} {points}（{figure}）"
SCORE_ITEM_PLACE = "· {item} {figure}，第 {place} 名"
SCORE_ITEM_NOT = "· {item}：不计分（{why}）"
SCORE_ITEM_LOSS = "  {sentence}"
SCORE_ALL = "{month}月考核（{standing}）"
SCORE_TOTAL = "{group}{place} {name} {score}"
SCORE_TOTAL_UNRANKED = "{group}– {name} 不排名"
SCORE_SUSPENDED = "\n本月暂停的项目：{items}"
SCORE_LOSS = "{item}：{sentence}"
SCORE_MORE = "还有 {count} 条，回复“得分”看全部"
SCORE_REST = "…共 {count} 个"
SCORE_NOTHING_LOST = "没有扣分"
SCORE_CORRECTED = "\n更正理由：{reason}"
SCORE_UNREAD = "\n{towns}没有人收到消息，请另行告知。"
MONTH_FROZEN = "已批准"
MONTH_UNTOLD = "草稿，还没有告知镇街"
MONTH_WAITS = "申诉期已过，等待批准"
MONTH_OPEN = "可在{until}申诉"
NO_MONTH_YET = "还没有月考核的结果，告知后会在这里通知您。"
NO_SUCH_MONTH = "{month}还没有月考核的结果。"
NOT_IN_THE_MONTH = "{month}的考核没有{town}。"
APPEAL_HOW = "请回复“申诉 项目 理由”，针对某个案件的在理由前写案件号，例如：申诉 按期整改 2026-0012 已按期整改。\n扣分的项目：{items}"
ASK_APPEAL = "申诉“{item}”：请写理由，也可以发照片作证明，发完回复“提交”。"
APPEAL_SO_FAR = "申诉“{item}”，已收到：{have}。还有就接着发（照片、文字都行），好了请回复“提交”。"
APPEAL_GRANTED = "{town}的申诉（{appeal}号）已按成立答复，返还 {points} 分，并告诉了镇街。"
APPEAL_REFUSED = "{town}的申诉（{appeal}号）已按不成立答复，分数不变，并告诉了镇街。"
NO_APPEALS = "{month}没有等待答复的申诉。"
APPEAL_LINE = "· {appeal}号 {town} {item}{row}：{reason}（照片等 {photos} 件）"
APPEAL_PHOTOS = "照片请在电脑上导出来看：flask assessment appeals {month} --photos 文件夹"
APPEAL_DECIDE_HOW = (
    "请回复“申诉 {appeal} 成立 理由”“申诉 {appeal} 成立 2 分 理由”或“申诉 {appeal} 不成立 理由”。"
)
APPEAL_NEEDS_WORDS = "申诉要写明理由，请写一两句再回复“提交”。"
APPEALED = "已提交对“{item}”的申诉（{appeal}号），河长办答复后会告诉您。"
MONTH_APPROVED = "{month}的考核已批准并冻结（校验码 {digest}…），将按设定的时间发布。"

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
    "town_half_time": "{urgent}【提示】〔{number}〕{place}，期限已过半，请于{deadline}{task}。\n请回复：详情 {short}",
    "town_day_before": "{urgent}【即将到期】〔{number}〕{place}，请于{deadline}{task}，快到期了。\n请回复：详情 {short}",
    "town_on_the_day": "{urgent}【今日到期】〔{number}〕{place}，请于{deadline}{task}，今天是最后一天。\n请回复：详情 {short}",
    "town_overdue": "{urgent}【逾期催办】〔{number}〕{place}，应于{deadline}{task}，已经逾期，请马上办理。仍不办理的将下发督办单。\n请回复：详情 {short}",
    "town_urged": "{urgent}【催办】〔{number}〕{place}\n河长办：{reason}\n请于{deadline}{task}。\n请回复：详情 {short}",
    "town_order": (
        "{urgent}【督办单{order}】〔{number}〕{place}\n事由：{reason}\n请立即整改，并于{answer_by}书面答复，附现场照片。\n照片：{link}\n"
        "请回复：答复 {short}"
    ),
    "town_order_copy": "【督办单{order}抄送】〔{number}〕{kind} {place}（{town}）\n事由：{reason}\n已要求于{answer_by}书面答复。\n照片：{link}",
    "town_order_due": "{urgent}【督办单{order}】〔{number}〕{place}，请于{answer_by}书面答复，今天是最后一天。\n请回复：答复 {short}",
    "town_order_overdue": "{urgent}【督办单{order}】〔{number}〕{place}，应于{answer_by}答复，已经逾期。仍不答复的将约谈。\n请回复：答复 {short}",
    "town_order_accepted": "【督办单{order}】〔{number}〕{place}，答复已通过，请按答复继续整改到位。",
    "town_order_sent_back": "【督办答复退回】督办单{order}，〔{number}〕{place}\n河长办意见：{reason}\n请于{answer_by}重新答复。\n请回复：答复 {short}",
    "town_order_withdrawn": "【督办单撤销】督办单{order}，〔{number}〕{place}，已撤销，不用答复了。原因：{reason}",
    "town_talk_called": "【约谈通知】{talk}，〔{number}〕{place}\n事由：{ground}{reason}\n时间地点由河长办另行通知。",
    "town_talk_dated": "【约谈通知】{talk}，〔{number}〕{place}\n时间：{when}\n地点：{where}\n请准时参加，带上整改情况说明。",
    "town_talk_tomorrow": "【约谈提示】{talk}，〔{number}〕{place}\n时间：{when}\n地点：{where}\n请准时参加，带上整改情况说明。",
    "town_talk_today": "【今日约谈】{talk}，〔{number}〕{place}\n时间：{when}\n地点：{where}",
    "town_talk_minutes": "【约谈纪要】{talk}，〔{number}〕{place}\n承诺：{undertakings}\n请于{undertakings_by}兑现。",
    "town_talk_withdrawn": "【约谈取消】{talk}，〔{number}〕{place}，不用参加了。原因：{reason}",
    "town_talk_dropped": "【约谈撤销】{talk}，〔{number}〕{place}，已撤销，约谈时的承诺不再跟踪。原因：{reason}",
    "town_undertaking_due": "【承诺到期提示】约谈{talk}，〔{number}〕{place}\n承诺：{undertakings}\n请于{undertakings_by}兑现。",
    "town_undertaking_overdue": "【承诺逾期】约谈{talk}，〔{number}〕{place}\n承诺：{undertakings}\n应于{undertakings_by}兑现，已经逾期。仍不兑现的将移送督查。",
    "office_verify_due": "{urgent}【复核到期提示】〔{number}〕{kind} {place}（{town}），请于{deadline}复核。\n照片：{link}\n请回复：复核 {short} 通过／复核 {short} 不通过 理由",
    "office_verify_overdue": "{urgent}【复核逾期】〔{number}〕{kind} {place}（{town}），应于{deadline}复核，已经逾期。\n照片：{link}\n请回复：复核 {short} 通过／复核 {short} 不通过 理由",
    "office_nobody_reminded": "{urgent}【催办未送达河长】〔{number}〕{place}（{town}）\n{reason}。请电话联系该镇街，或回复：转派 {short} 镇街",
    "office_order": "【已下发督办单{order}】〔{number}〕{kind} {place}（{town}）\n事由：{reason}\n答复期限：{answer_by}。\n要撤销请回复：撤销督办 {short} 理由",
    "office_order_answered": "【督办答复】督办单{order}，〔{number}〕{place}（{town}）\n答复：{reason}\n照片：{link}\n请回复：审核 {short} 通过／审核 {short} 不通过 理由",
    "office_order_unjudged": "【督办答复待审核】督办单{order}，〔{number}〕{place}（{town}），应于{until}审核，{late}。\n照片：{link}\n请回复：审核 {short} 通过／审核 {short} 不通过 理由",
    "office_talk_called": "【约谈待安排】{talk}，〔{number}〕{place}（{town}）\n事由：{ground}{reason}\n请回复：约谈时间 {short} 12-01 14:00 地点；不约谈请回复：撤销约谈 {short} 理由",
    "office_talk_dated": "【约谈已安排】{talk}，〔{number}〕{place}（{town}）\n时间：{when}\n地点：{where}",
    "office_talk_rest_day": "【约谈日期需调整】{talk}，〔{number}〕{place}（{town}）\n{when}按公布的放假安排是休息日。\n请回复：约谈时间 {short} 12-01 14:00 地点",
    "office_talk_undated": "【约谈还没有安排】{talk}，〔{number}〕{place}（{town}）\n请回复：约谈时间 {short} 12-01 14:00 地点",
    "office_talk_to_keep": "【约谈待了结】〔{number}〕{place}\n{reason}。\n承诺：{undertakings}\n已兑现请回复：兑现 {short}",
    "office_talk_to_withdraw": "【约谈待了结】〔{number}〕{place}\n{reason}。\n不再约谈请回复：撤销约谈 {short} 理由",
    "office_minutes_missing": "【约谈纪要还没有录入】{talk}，〔{number}〕{place}（{town}），约谈时间 {when}。\n请回复：纪要 {short}",
    "office_undertaking_overdue": "【承诺逾期】约谈{talk}，〔{number}〕{place}（{town}）\n承诺：{undertakings}\n期限：{undertakings_by}。\n已兑现请回复：兑现 {short}；要移送请回复：移送 {short} 理由",
    "office_whistle_blown": "{urgent}【吹哨{whistle}】{where}（{by}）\n需要：{reason}\n请于{until}指派牵头和协助单位。\n请回复：指派 {serial} 牵头单位、协助单位",
    "office_whistle_unnamed": "{urgent}【吹哨{whistle}待指派】{where}（{by}），应于{until}指派，{late}。\n需要：{needs}\n请回复：指派 {serial} 牵头单位、协助单位",
    "office_whistle_unclosed": "{urgent}【吹哨{whistle}待收哨】{where}（{by}）\n协助单位都已完成，还没有收哨。\n请回复：收哨 {serial} 已解决 结果",
    "office_whistle_nobody": "{urgent}【协助单位无人接收】吹哨{whistle}，{where}\n{reason}没有人收到消息。请电话通知其于{until}回哨；代录请回复：回哨 {serial} 单位 办什么 12-01",
    "office_whistle_late": "{urgent}【吹哨{whistle}】{where}\n{party}应于{until}{task}，{late}{nobody}。\n请回复：看哨 {serial}",
    "office_whistle_news": "{urgent}【吹哨{whistle}】{where}\n{party}{did}：{reason}\n请回复：看哨 {serial}",
    "office_whistle_new_date": "{urgent}【吹哨{whistle}期限调整】{where}（{by}）\n{reason}，请于{until}指派牵头和协助单位（原为{was}）。\n请回复：指派 {serial} 牵头单位、协助单位",
    "office_whistle_helper_new_date": "{urgent}【吹哨{whistle}期限调整】{where}\n{reason}，{party}的回哨期限调整为{until}（原为{was}）。该单位没有人收到消息，请电话通知。",
    "office_whistle_over": "【吹哨{whistle}结束】{where}\n{how}：{reason}",
    "office_law_answer_due": "【{kind}答复提示】{number}（{body}）\n事由：{reason}\n应于{until}答复，{late}。收到答复请回复：{kind}答复 {number} 日期 结果",
    "town_whistle_blown": "【已吹哨{whistle}】{where}\n需要：{reason}\n由河长办协调，期间办理期限暂停计时。\n请回复：看哨 {serial}",
    "town_whistle_urgent": "{urgent}【已吹哨{whistle}】{where}\n需要：{reason}\n由河长办协调；紧急案件期限不暂停，请继续处置。\n请回复：看哨 {serial}",
    "town_whistle_named": "【吹哨{whistle}已指派】{where}\n{reason}\n请回复：看哨 {serial}",
    "town_whistle_news": "【吹哨{whistle}】{where}\n{party}{did}：{reason}\n问题解决后请回复：收哨 {serial} 已解决 结果",
    "town_whistle_unclosed": "{urgent}【吹哨{whistle}待收哨】{where}\n协助单位都已完成，还没有收哨。\n请回复：收哨 {serial} 已解决 结果",
    "town_whistle_over": "【吹哨{whistle}结束】{where}\n{how}：{reason}\n办理期限恢复计时，新的期限：{deadline}。",
    "town_whistle_ended": "【吹哨{whistle}结束】{where}\n{how}：{reason}",
    "helper_whistle_asked": "{urgent}【吹哨{whistle}】{where}（{by}）\n需要：{reason}\n请{party}{role}，于{until}回哨：办什么、何时办完。\n照片和经过：{link}\n请回复：回哨 {serial} 办什么 12-01",
    "helper_whistle_asked_place": "【吹哨{whistle}】{where}（{by}）\n需要：{reason}\n请{party}{role}，于{until}回哨：办什么、何时办完。\n请回复：回哨 {serial} 办什么 12-01",
    "helper_whistle_due": "{urgent}【吹哨{whistle}提示】{where}\n请{party}于{until}{task}，{late}。\n请回复：{example}",
    "helper_whistle_new_date": "{urgent}【吹哨{whistle}期限调整】{where}\n{reason}，请{party}于{until}回哨（原为{was}）。\n请回复：回哨 {serial} 办什么 12-01",
    "helper_whistle_news": "【吹哨{whistle}】{where}\n{party}{did}：{reason}\n请回复：看哨 {serial}",
    "helper_whistle_over": "【吹哨{whistle}结束】{where}\n{how}：{reason}\n谢谢贵单位协助。",
    "helper_order": (
        "{urgent}【督办单{order}】吹哨{whistle}，{where}\n{party}：{reason}\n请立即办理，并于{until}书面答复，附现场照片。\n"
        "请回复：答复 督{order_serial}"
    ),
    "helper_order_due": "{urgent}【督办单{order}】吹哨{whistle}，{where}\n请{party}于{until}书面答复，{late}。\n请回复：答复 督{order_serial}",
    "helper_order_sent_back": "【督办答复退回】督办单{order}，吹哨{whistle}，{where}\n河长办意见：{reason}\n请于{until}重新答复。\n请回复：答复 督{order_serial}",
    "helper_order_over": "【督办单{order}】吹哨{whistle}，{where}，{how}。\n{reason}",
    "helper_order_new_date": "{urgent}【督办单{order}期限调整】吹哨{whistle}，{where}\n{reason}，请于{until}书面答复（原为{was}）。\n请回复：答复 督{order_serial}",
    "town_help_order_copy": "【督办单{order}抄送】吹哨{whistle}，{where}\n{party}：{reason}\n已要求于{answer_by}书面答复。",
    "town_help_order_talk": "【提请约谈】督办单{order}，吹哨{whistle}，{where}\n{party}应于{until}答复，一直没有答复。约谈协助单位由区级河湖长决定，河长办会向您报告。",
    "office_help_order": "【已对协助单位下发督办单{order}】吹哨{whistle}，{where}\n{party}：{reason}\n答复期限：{answer_by}。{unread}\n要撤销请回复：撤销督办 督{order_serial} 理由",
    "office_help_order_answered": (
        "【督办答复】督办单{order}，{party}，吹哨{whistle}，{where}\n答复：{reason}\n"
        "请回复：审核 督{order_serial} 通过／审核 督{order_serial} 不通过 理由\n看照片和经过：看哨 {serial}"
    ),
    "office_help_order_unjudged": (
        "【督办答复待审核】督办单{order}，{party}，吹哨{whistle}，{where}，应于{until}审核，{late}。\n"
        "请回复：审核 督{order_serial} 通过／审核 督{order_serial} 不通过 理由\n看照片和经过：看哨 {serial}"
    ),
    "office_help_order_late": "{urgent}【督办答复提示】督办单{order}，吹哨{whistle}，{where}\n{party}应于{until}书面答复，{late}{nobody}。代录答复请回复：答复 督{order_serial}",
    "office_help_order_talk": "【协助单位应予约谈】督办单{order}，吹哨{whistle}，{where}\n{party}应于{until}答复，一直没有答复。请报区级河湖长约谈该单位；不再追究请回复：撤销督办 督{order_serial} 理由",
    "office_help_order_new_date": "{urgent}【督办单{order}期限调整】吹哨{whistle}，{where}\n{reason}，{party}的答复期限调整为{until}（原为{was}）。该单位没有人收到消息，请电话通知。",
    "office_referral": "【待移送】{referral}，〔{number}〕{place}（{town}），拟移送{body}。\n原因：{reason}\n请核对案卷后回复：确认移送 {short}；不移送请回复：撤销移送 {short} 理由",
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
    "town_new_date": "{urgent}【期限调整】〔{number}〕{place}，{reason}，请于{deadline}{task}（原为{was}）。\n请回复：详情 {short}",
    "town_extended": "【延期批准】〔{number}〕{place}，同意延期{days}个工作日（{reason}），请于{deadline}完成整改。",
    "town_extension_refused": "【延期未批准】〔{number}〕{place}\n河长办意见：{reason}\n仍请于{deadline}完成整改。",
    "town_order_new_date": "{urgent}【督办单{order}】〔{number}〕{place}，{reason}，请于{answer_by}书面答复（原为{was}）。\n请回复：答复 {short}",
    "office_extension_asked": (
        "{urgent}【延期申请】〔{number}〕{kind} {place}（{town}）\n理由：{reason}\n申请延期{days}个工作日，由{deadline}延至{wanted}。\n"
        "请回复：准 {short}／不准 {short} 理由"
    ),
    "office_extension_due": (
        "{urgent}【延期申请待答复】〔{number}〕{kind} {place}（{town}）\n申请延期{days}个工作日，理由：{reason}\n"
        "整改期限{deadline}，{late}。答复前不催办镇街。\n请回复：准 {short}／不准 {short} 理由"
    ),
    "office_new_date": "{urgent}【复核期限调整】〔{number}〕{place}（{town}），{reason}，请于{deadline}复核（原为{was}）。",
    "office_calendar_missing": (
        "【放假安排】还没有导入{year}年的放假调休安排，涉及{year}年的期限都按周一至周五暂定。\n"
        "国务院办公厅公布后，请系统管理员运行 flask calendar import {year}.csv。"
    ),
    "reporter_extended": "您反映的问题（编号 {ticket}），{town}需要更多时间，整改期限延至{deadline}。\n原因：{reason}",
    "reporter_new_date": "您反映的问题（编号 {ticket}）期限有调整，{expected}。",
    "reporter_question": "关于您反映的问题（编号 {ticket}），办理单位想问：{question}\n请直接回复文字，对方看不到您是谁。",
    "town_month_draft": (
        "【{month_name}考核：{result}】{town} {grade}{because}\n{lost}\n全区：{totals}{suspended}\n"
        "有异议请于{until}回复：申诉 项目 理由（可附照片）\n看全部依据请回复：得分 {month}"
    ),
    "town_month_again": (
        "【{month_name}考核重新计算：{result}】{town} {grade}{because}\n{lost}\n全区：{totals}{suspended}\n"
        "申诉期重新计算，有异议请于{until}回复：申诉 项目 理由（可附照片）\n看全部依据请回复：得分 {month}"
    ),
    "town_appeal_granted": "【申诉成立】{month_name}考核“{item}”（{appeal}号），返还 {returned} 分，现为{result}。\n河长办：{reason}",
    "town_appeal_refused": "【申诉未支持】{month_name}考核“{item}”（{appeal}号），分数不变。\n河长办：{reason}",
    "office_month_draft": (
        "【{month_name}考核已起草】已告知各镇街，{until}可以申诉，过后请批准。{because}\n{totals}{suspended}{unread}\n"
        "看全部请回复：得分 {month}"
    ),
    "office_month_again": (
        "【{month_name}考核已重新起草】有变化的镇街：{towns}，已重新告知，{until}可以申诉。{because}\n{totals}{suspended}\n"
        "看全部请回复：得分 {month}"
    ),
    "town_month_dropped": (
        "【{month_name}考核更正已撤销】原来批准的结果不变，更正草稿不作数，对它的申诉也不再处理。\n理由：{reason}\n"
        "看原来的结果请回复：得分 {month}"
    ),
    "office_month_dropped": "【{month_name}考核更正已撤销】{who}撤销了第 {revision} 版草稿，原来批准的结果不变。\n理由：{reason}",
    "office_month_due": (
        "【{month_name}考核待批准】申诉期已过，还没有答复的申诉 {count} 件。"
        "请由没有起草、也没有答复申诉的同志核对后回复：批准 {month}"
    ),
    "office_month_trouble": "【{month_name}考核没有起草】{reason}",
    "office_appealed": "【申诉】{town}对{month_name}考核“{item}”申诉（{appeal}号）\n理由：{reason}\n如附有照片，请在电脑上导出来看：flask assessment appeals {month} --photos 文件夹\n请回复：申诉 {appeal} 成立 理由／申诉 {appeal} 不成立 理由",
    "staff_digest": "【汇总】{head}：\n{lines}\n{hint}",
    "reporter_digest": "【汇总】{head}：\n{lines}\n{hint}",
    "reporter_photo_missing": "您反映的问题（编号 {ticket}）有 {count} 张照片没有收到（{reason}）。问题已在办理；方便时请回复“补充 {ticket}”再发一次照片。",
    "town_ranking": (
        "【{month}考核排名：{town}{state}】\n最需改进：{costs}。\n回复“得分”看扣分理由，“排名”看全部。\n全部排名：{link}"
    ),
    "town_ranking_asked": "【{month}考核】{town}：{state}。\n最需改进：{costs}。\n详情：{link}",
    "town_ranking_withdrawn": "【{month}考核排名撤回】{town}：已发布的排名撤回，请勿再引用。\n原因：{reason}\n详情：{link}",
    "subscriber_ranking": (
        "【{month}考核排名】已经发布，第一名：{leaders}。\n全部排名：{link}\n回复“排名”看图，回复“退订排名”不再接收。"
    ),
    "subscriber_ranking_withdrawn": "【{month}考核排名撤回】已发布的排名撤回，请勿再引用。\n原因：{reason}\n详情：{link}",
    "office_publication_failed": (
        "【排名没有发成】{month}\n{reason}。\n处理后请管理员运行：flask bulletin publish {code}"
    ),
    "office_publication_left": "【排名没有撤干净】{month}\n{reason}。\n网页和对话里已经写明撤回。",
    "office_month_unapproved": (
        "【排名待批准】{month}的考核到了发布时间，还没有批准，没有发布。\n批准后会自动发布；看进展：flask assessment show {code}"
    ),
}
URGENT = "【紧急】"

# — the morning digest of what the day's limit held back —
DIGEST_TODO = "今日 {todo} 件待办"
DIGEST_TODO_NEWS = "今日 {todo} 件待办，{news} 件进展"
DIGEST_NEWS = "今日 {news} 件进展"
DIGEST_REPORTER = "您反映的问题有 {count} 条进展"
DIGEST_LINE = "{n} {title} {place}{todo} 〔{number}〕"
DIGEST_LINE_NO_CASE = "· {title}"
DIGEST_LINE_WHISTLE = "· {title} {where}{until}（看哨 {serial}）"
DIGEST_UNTIL = "，期限：{until}"
DIGEST_LINE_REPORTER = "· 编号 {ticket}：{words}"
DIGEST_BY = "，请于{deadline}{task}"
DIGEST_LATE = "，应于{deadline}{task}，已逾期"
DIGEST_TASKS = {
    "triage": "分派",
    "assigned": "受理",
    "accepted": "完成整改",
    "verifying": "复核",
}
DIGEST_DATES = {
    "town_order": "，请于{answer_by}书面答复",
    "town_order_due": "，请于{answer_by}书面答复",
    "town_order_overdue": "，应于{answer_by}书面答复，已逾期",
    "town_order_sent_back": "，请于{answer_by}重新答复",
    "town_order_new_date": "，请于{answer_by}书面答复",
    "town_talk_dated": "，时间：{when}，地点：{where}",
    "town_talk_tomorrow": "，时间：{when}，地点：{where}",
    "town_talk_today": "，时间：{when}，地点：{where}",
    "office_talk_dated": "，时间：{when}，地点：{where}",
    "town_talk_minutes": "，请于{undertakings_by}兑现承诺",
    "town_undertaking_due": "，请于{undertakings_by}兑现承诺",
    "town_undertaking_overdue": "，应于{undertakings_by}兑现承诺，已逾期",
    "office_undertaking_overdue": "，期限：{undertakings_by}",
    "office_extension_due": "，申请延期{days}个工作日，{late}（请回复：准 {short}／不准 {short} 理由）",
    "office_extension_asked": "，申请延期{days}个工作日（请回复：准 {short}／不准 {short} 理由）",
}
DIGEST_HINT = "请回复：详情 编号"
DIGEST_HINT_REPORTER = "回复“进度 编号”看经过，办结的请回复“满意 编号”“基本满意 编号”或“不满意 编号”。"
DIGEST_MORE = "还有 {count} 件，回复“待办”查看全部"
DIGEST_MORE_REPORTER = "还有 {count} 条，回复“进度”查看全部"
NO_WORDS = "（无文字说明）"
