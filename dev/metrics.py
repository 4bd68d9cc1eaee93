"""What does the reference of metrics say? Written from the catalogue itself, so that it cannot differ from it.

`python -m dev.metrics` writes docs/reference/metrics.md and its Chinese twin; a test holds them to the catalogue.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "en": ROOT / "docs" / "reference" / "metrics.md",
    "zh-hans": ROOT / "docs" / "reference" / "metrics.zh-CN.md",
}
TITLES = {"en": "Metrics", "zh-hans": "指标"}
LEADS = {
    "en": (
        "Every metric that a trend can be asked of (`weilu ask`, `POST /api/v1/questions`). Written by `python -m dev.metrics` "
        "from the catalogue; do not edit. *Better* is the direction that is good news. *Total* says how a longer span follows "
        "from its parts: `sum`, `distinct` (each member once), `last`, or `anew` (computed again over the whole span); asking "
        "with `\"by\": \"period\"` gives it. *Behind* is what a number opens."
    ),
    "zh-hans": (
        "趋势查询（`weilu ask`、`POST /api/v1/questions`）可用的全部指标。本页由 `python -m dev.metrics` 根据指标目录生成，请勿手工修改。"
        "Better 表示往哪个方向变化是好事；Total 表示更长时段的数字如何得出：`sum` 求和、`distinct` 每位成员只计一次、`last` 取最后一段、"
        "`anew` 在整个时段上重新计算，用 `\"by\": \"period\"` 查询即可得到；Behind 表示数字背后打开的是什么。"
    ),
}  # fmt: skip

RULES = {
    "en": (
        "Exactly",
        (
            "A member is a person: accounts that were merged count as one. Bots, and events of nobody, count in `messages` and in "
            "other events, in no figure of members.",
            "A *visitor* is a person of whom only devices are known: accounts of a source of SDKs (web, app) that nobody has been "
            "identified as, and browsers that came by a tracked link. Asked of all communities, figures of members leave visitors out; they count where the question says "
            '`"visitors": true` or names the source among its `communities`. Identifying, or merging with an account of a chat, makes '
            "a member, to whom then belongs what their devices did, also before; but such a device takes no seat (below), so they are "
            "in from the first event of an account that is theirs by name. `messages`, and events asked for by name, count whoever did them.",
            "To *take part* is to do an event of the kinds {interactions}.",
            "A day runs from midnight to midnight in the time zone asked for, a week from Monday, a month from its first; the outer "
            "ones are clipped to the span. Only the communities asked for count, each of their events wherever “first” or “ever” is "
            "said, also from before the span.",
            "`wau` and `mau` look back 7 and 30 local days, the last day of the bucket included, where a whole bucket is shorter (a "
            "day; for `mau` also a week; a total of fewer days); else they count the bucket. Days before the span count, too.",
            "A *seat* is an account in a community. Its first event of any kind takes it, leaving gives it up, joining or taking part "
            "takes it again; of what happens in one millisecond leaving comes last. A person is in while any of their seats is taken. "
            "`joins` are the moments at which a person comes in to a community, `leaves` those at which they are out of it.",
            "`stickiness`: the sum over the local days of the bucket of the members active on each ÷ the number of those days that have "
            "begun, ÷ `mau`, × 100. `daily_share` has `members` below instead.",
            "`top_share`: the speakers in order of their messages; of n speakers the first ⌈n ÷ 10⌉.",
            "Day N: day 0 is the local day of a person's first joining of all known, of the first message where no joining is known; they "
            "came back if they took part on the N-th local day after it. Who came so late that this day is not over is in neither number.",
            "A reply is a message that names another as the one it answers (the platform's reply function), sent by another person, not by "
            "a bot, later than it (by millisecond, then by place in the log), in these communities, also after the span. Communities in "
            "which no message is known to answer another are left out. `reply_rate`: of the members' messages that answer none, those with "
            "a reply within 24 hours (86,400,000 ms included). `first_reply`: of these the waits in ascending order, the one at place "
            "⌊(n − 1) ÷ 2⌋ counted from 0, in seconds with three places.",
            "`first_message_rate`: who is reported as joining (`member.joined`) in the bucket; they spoke if they sent a message in that "
            "community at or after joining and less than 7 × 24 hours after.",
            "Percent are not rounded. A value without a denominator is null, a bucket without events 0.",
        ),
    ),
    "zh-hans": (
        "精确规则",
        (
            "成员指一个人：合并过的账号算同一人。机器人以及没有主人的事件计入 `messages` 和其他事件，但不计入任何成员数字。",
            "“访客”指只知道其设备的人：来自数据源（网站、App 的 SDK）、还没有人登录或注册过的账号，以及点过追踪链接的浏览器。查询全部社群时，成员数字不含访客；"
            '问题里写 `"visitors": true`，或在 `communities` 里点名该数据源，才一并统计。登录、注册，或与聊天账号合并之后即为成员，其设备'
            "之前做过的事也归其所有；但设备本身不占席位（见下），所以从本人账号的第一条事件起才算在内。`messages` 以及按名称查询的事件，"
            "不论是谁做的都计入。",
            "“参与”指做了以下任一种事件：{interactions}。",
            "一天是所查时区的零点到零点，一周从周一开始，一月从一日开始，首尾两段截到查询的起止日期。只统计所查的社群；凡说“首次”“曾经”，"
            "这些社群里查询起始日之前的事件也算。",
            "当统计单位短于 7 天、30 天时（按天；`mau` 还包括按周；天数更少的合计），`wau`、`mau` 从该单位的最后一天起往回看 7 天、30 天"
            "（含最后一天，起始日之前的日子也算）；否则就统计该单位本身。",
            "“席位”是一个账号在一个社群里的位置：任何第一条事件即占位，退出即让出，再次加入或参与即重新占位；同一毫秒内退出排在最后。"
            "一个人只要有任一席位就算在群内。`joins` 是某人进入某社群的时刻，`leaves` 是离开的时刻。",
            "`stickiness`：单位内每个自然日的活跃成员数之和 ÷ 其中已经开始的天数 ÷ `mau` × 100。`daily_share` 的分母换成 `members`。",
            "`top_share`：按消息数从多到少排列发言人，共 n 人时取前 ⌈n ÷ 10⌉ 人。",
            "N 日留存：第 0 天是已知的首次加入那天，没有加入记录则是首次发言那天；其后第 N 个自然日参与了就算留下。那一天还没过完的人，"
            "分子分母都不算。",
            "回复指用平台的回复功能指明回答另一条消息的消息，由另一个人（不是机器人）发出，晚于原消息（先比毫秒，再比日志位置），在所查社群之内，"
            "截止日之后的也算。已知没有任何回复关系的社群不计。`reply_rate`：成员发出的、本身不是回复的消息中，24 小时内（含第 86,400,000 毫秒）"
            "得到回复的比例。`first_reply`：这些等待时间从小到大排列，取从 0 数起第 ⌊(n − 1) ÷ 2⌋ 个，单位秒，保留三位小数。",
            "`first_message_rate`：单位内有加入记录（`member.joined`）的人；加入当时或之后、不到 7 × 24 小时内在该社群发过消息就算开口。",
            "百分比不取整。没有分母的值为 null，没有事件的单位为 0。",
        ),
    ),
}


def page(language: str) -> str:
    """The whole page in one language."""
    from django.utils import translation

    from weilu.core import metrics

    with translation.override(language):
        rows = [_row(one) for one in metrics.all_metrics()]
    head = "| slug | | unit | better | total | behind | |\n| --- | --- | --- | --- | --- | --- | --- |"
    table = "\n".join([head, *rows])
    return f"# {TITLES[language]}\n\n{LEADS[language]}\n\n{table}\n\n{_rules(language)}\n"


def _rules(language: str) -> str:
    """How each is counted, exact enough to count it again."""
    from weilu.core.events.kinds import interactions

    title, lines = RULES[language]
    kinds = ", ".join(f"`{one}`" for one in interactions())
    return f"## {title}\n\n" + "\n".join(f"- {line.replace('{interactions}', kinds)}" for line in lines)


def _row(metric: object) -> str:
    from weilu.core.metrics import Metric

    assert isinstance(metric, Metric)
    cells = (
        f"`{metric.slug}`",
        metric.label,
        metric.unit,
        metric.better,
        metric.total,
        metric.behind,
        metric.definition,
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    for language, path in PAGES.items():
        path.write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
