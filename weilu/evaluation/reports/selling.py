"""Is a message an offer? By its words, since no platform says so; kept narrow: asking about a coupon is not selling."""

from __future__ import annotations

import re

LOUD = re.compile(
    r"手慢无|先到先得|【限时|抢购|限时秒杀|拍下立减|戳链接|团购接龙|链接在公告|截团|拍一发[一二两]|错过等一年|赶紧下单|抓紧下单|预约有礼|签到领券"
    r"|buy now|order now|shop now|limited (?:time )?offer|flash sale|use (?:the )?code\b|promo code|free shipping on",
    re.IGNORECASE,
)
"""One of these is enough."""

SOFT = (
    re.compile(r"秒杀|直降|立减|特价|爆款|返场|折起|满\s*\d+\s*减|买[一二]送[一二]|清仓|包邮"),
    re.compile(r"优惠券|领券|元券|代金券|红包|福利来|优惠[，,。！!]"),
    re.compile(r"下单|购买|拼团|团购|接龙|预售|开抢|成团|购买链接|小程序|链接|私聊我|补了货"),
    re.compile(r"仅\s*\d+\s*份|最后\s*\d+\s*(?:单|份|件)|还有\s*\d+\s*份|库存|今晚失效|倒计时|最后一波|限量"),
    re.compile(r"会员价|[¥￥$€]\s?\d|\d+\s*元|\d+\s*折|\d+%\s*off", re.IGNORECASE),
    re.compile(r"\b(?:discount|coupon|sale|deal|checkout|in stock|giveaway)\b", re.IGNORECASE),
)
"""Two of these together are an offer."""


def is_offer(text: str) -> bool:
    """Whether a message sells."""
    return bool(LOUD.search(text)) or sum(bool(pattern.search(text)) for pattern in SOFT) >= 2
