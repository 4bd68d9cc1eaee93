"""Which property may stand in a row without a name, and which is private?

The rule: numbers and yes/no stand in the row, unless their name sounds personal or they have ten digits or more (phones,
timestamps, ids). A text stands there only if the property is a declared one (the list below, or the source's own) and
its value is a short word: no address, no id, no more than 64 characters. Everything else is private and can be erased.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from weilu.connectors.tracking.contract import Refused

PRIVATE, OPEN, WORD, DROPPED = "private", "open", "word", "dropped"
MOST = 255
LONGEST_WORD = 64
LONG_NUMBER = 10**9
KEPT = 20_000
"""Names and words whose class is remembered; beyond it the memory is emptied."""

DECLARED = frozenset(
    [
        "currency",
        "plan",
        "tier",
        "level",
        "category",
        "subcategory",
        "channel",
        "variant",
        "version",
        "status",
        "type",
        "kind",
        "method",
        "payment_method",
        "source",
        "medium",
        "campaign",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "language",
        "locale",
        "country",
        "region",
        "os",
        "os_version",
        "browser",
        "browser_version",
        "device_type",
        "platform",
        "screen_name",
        "page_name",
        "position",
        "result",
        "success",
        "reason",
        "stage",
        "step",
        "size",
        "color",
        "colour",
        "theme",
        "tab",
        "section",
    ]
)
"""Properties whose texts are words of a short list, by the usual conventions."""
AUTOMATIC: Mapping[str, str] = {
    "$os": "os", "$os_version": "os_version", "$browser": "browser", "$browser_version": "browser_version",
    "$device_type": "device_type", "$screen_name": "screen_name", "$country": "country", "$province": "region",
    "$utm_source": "utm_source", "$utm_medium": "utm_medium", "$utm_campaign": "utm_campaign",
    "$url": "url", "$current_url": "url", "$title": "title", "$url_path": "path", "$pathname": "path",
    "$referrer": "referrer", "$app_version": "version", "$is_first_day": "first_day", "$is_first_time": "first_time",
    "$event_duration": "duration",
}  # fmt: skip
"""What SDKs add by themselves and we keep, with our name for it; all else that begins with `$` is not kept."""
PERSONAL = frozenset(
    [
        "name",
        "names",
        "nick",
        "nickname",
        "fullname",
        "firstname",
        "lastname",
        "surname",
        "email",
        "mail",
        "phone",
        "mobile",
        "tel",
        "telephone",
        "fax",
        "address",
        "addr",
        "street",
        "city",
        "zip",
        "postal",
        "postcode",
        "ip",
        "ipv4",
        "ipv6",
        "agent",
        "ua",
        "useragent",
        "birthday",
        "birth",
        "birthdate",
        "dob",
        "gender",
        "sex",
        "age",
        "avatar",
        "photo",
        "picture",
        "image",
        "idcard",
        "passport",
        "ssn",
        "card",
        "iban",
        "account",
        "bank",
        "wechat",
        "weixin",
        "openid",
        "unionid",
        "qq",
        "weibo",
        "twitter",
        "facebook",
        "telegram",
        "discord",
        "user",
        "username",
        "login",
        "password",
        "passwd",
        "token",
        "secret",
        "cookie",
        "session",
        "key",
        "device",
        "url",
        "uri",
        "href",
        "link",
        "referrer",
        "referer",
        "title",
        "text",
        "content",
        "message",
        "msg",
        "comment",
        "note",
        "notes",
        "description",
        "query",
        "search",
        "keyword",
        "keywords",
        "lat",
        "lng",
        "lon",
        "latitude",
        "longitude",
        "location",
        "geo",
        "id",
        "ids",
        "uuid",
        "guid",
        "no",
        "sn",
        "serial",
        "imei",
        "idfa",
        "oaid",
        "mac",
        "code",
        "salary",
        "income",
        "religion",
        "ethnicity",
        "nationality",
        "health",
    ]
)
"""Parts of property names that sound personal. `city` and `age` too: few people share both."""
_CHINESE = re.compile(
    "名|姓|昵称|邮箱|邮件|电话|手机|地址|住址|身份|证件|微信|生日|性别|年龄|头像|密码|账号|帐号|编号|备注|内容|标题"
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAME = re.compile(r"[\w$.\-: ]{1,60}")
_SHORT = re.compile(rf"[\w.\-/+:&%(), ]{{1,{LONGEST_WORD}}}")
_TELLING = re.compile(
    r"\d{6}|[0-9a-f]{8}-[0-9a-f]{4}|\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b|://|(\d{1,3}\.){3}\d|(\S+\s+){5}", re.I
)

_classes: dict[str, str] = {}
_words: dict[str, bool] = {}


def class_of(name: str) -> str:
    """`open`: numbers may stand in the row; `word`: short words too; `private`: nothing; `dropped`: not kept at all."""
    found = _classes.get(name)
    if found is None:
        if len(_classes) > KEPT:
            _classes.clear()
        found = _classes[name] = _class(name)
    return found


def split(
    properties: Mapping[str, Any], declared: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], dict[str, str]]:
    """Properties as (in the row, private). `declared` are the source's own words. Raises Refused."""
    if len(properties) > MOST:
        raise Refused("many_properties")
    row: dict[str, Any] = {}
    private: dict[str, str] = {}
    known, words = _classes.get, _words.get
    for name, value in properties.items():
        if name[:1] == "$":
            name = AUTOMATIC.get(name, "")
        found = known(name) or class_of(name)
        if found is DROPPED or value is None:
            continue
        kind = type(value)
        if found is not PRIVATE:
            if kind is str:
                if (found is WORD or name in declared) and (words(value) or is_word(value)):
                    row[name] = value
                    continue
            elif kind is bool or ((kind is int or kind is float) and -LONG_NUMBER < value < LONG_NUMBER):
                row[name] = value
                continue
        private[name] = value if kind is str else _text(value)
    return row, private


def is_word(text: str) -> bool:
    """Whether a text is a short word or two that tells nothing about anybody."""
    found = _words.get(text)
    if found is None:
        if len(_words) > KEPT:
            _words.clear()
        found = _SHORT.fullmatch(text) is not None and _TELLING.search(text) is None
        if len(text) <= LONGEST_WORD:
            _words[text] = found
    return found


def _class(name: str) -> str:
    if not name:
        return DROPPED
    if not _NAME.fullmatch(name) or re.search(r"\d{5}", name):
        return PRIVATE
    if name in DECLARED:
        return WORD
    parts = {part.lower() for part in _PARTS.findall(name)}
    whole = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    if parts & PERSONAL or whole in PERSONAL or _CHINESE.search(name):
        return PRIVATE
    return OPEN


def _text(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise Refused("too_deep") from None
