"""Where a link may lead, who is named by an address, who is a program: decided without a database."""

from __future__ import annotations

import pytest

from weilu.content import agents, rules

OWN = "weilu.example"
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://shop.example/spring", "https://shop.example/spring"),
        (" HTTP://Shop.Example:8080/a?b=c#d ", "http://shop.example:8080/a?b=c#d"),
        ("https://商店.example/春天?茶=1", "https://xn--czrs0t.example/%E6%98%A5%E5%A4%A9?%E8%8C%B6=1"),
        ("https://shop.example/a%20b", "https://shop.example/a%20b"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("https://weilu.example/members", "https://weilu.example/members"),
        ("https://other.example/l/abc", "https://other.example/l/abc"),
    ],
)
def test_an_address_is_kept_as_browsers_are_sent_to_it(given: str, found: str) -> None:
    assert rules.target(given, OWN) == found


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", rules.EMPTY),
        ("javascript:alert(1)", rules.SCHEME),
        ("JavaScript://shop.example/%0aalert(1)", rules.SCHEME),
        ("data:text/html,x", rules.SCHEME),
        ("//shop.example/", rules.SCHEME),
        ("shop.example", rules.SCHEME),
        ("ftp://shop.example", rules.SCHEME),
        ("https://", rules.HOST),
        ("https:///spring", rules.HOST),
        ("https://shop.example:99999/", rules.HOST),
        ("https://a..b/", rules.HOST),
        ("https://bank.example@evil.example/", rules.ACCOUNT),
        ("https://shop.example/a b", rules.SIGNS),
        ("https://shop.example/\r\nset-cookie: a=b", rules.SIGNS),
        ("https://shop.example/\u202eabc", rules.SIGNS),
        ("https:\\\\shop.example", rules.SIGNS),
        ("https://shop.example/" + "a" * 2000, rules.LONG),
        ("https://weilu.example/l/abc", rules.ITSELF),
        ("https://WEILU.example:443/l/abc/token", rules.ITSELF),
        ("https://weilu.example/%6C/abc", rules.ITSELF),
    ],
)
def test_what_is_no_website_and_what_goes_round_is_refused(given: str, why: str) -> None:
    with pytest.raises(rules.BadTarget) as error:
        rules.target(given, OWN)
    assert error.value.reason == why


@pytest.mark.parametrize("host", ["", "[", "weilu.example:port", "weilu.example:99999"])
def test_at_a_host_that_is_none_no_link_leads_to_itself(host: str) -> None:
    assert not rules.leads_to_itself("https://weilu.example/l/abc", host)
    assert rules.came_from("https://blog.example/", host) == "blog.example"


def test_a_token_names_its_account_at_its_own_link_only() -> None:
    token = rules.token(KEY, 7, 123_456)
    assert rules.named_by(KEY, 7, token) == 123_456
    assert rules.named_by(KEY, 8, token) is None
    assert rules.named_by(b"x" * 32, 7, token) is None
    for place in range(len(token)):
        forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert rules.named_by(KEY, 7, forged) is None
    for rubbish in ("", "x", token + "A", token[:-1], "é" * 20, "." * 20):
        assert rules.named_by(KEY, 7, rubbish) is None


def test_of_a_cookie_only_a_digest_is_known() -> None:
    cookie = "A" * 22
    assert len(rules.visitor(KEY, cookie)) == 32
    assert cookie not in rules.visitor(KEY, cookie)
    assert rules.visitor(KEY, cookie) != rules.visitor(b"x" * 32, cookie)
    assert rules.visitor(KEY, "short") == rules.visitor(KEY, "A" * 23) == rules.visitor(KEY, "é" * 22) == ""


@pytest.mark.parametrize(
    ("referer", "host"),
    [
        ("https://blog.example/ada/secret?token=1", "blog.example"),
        ("https://Blog.Example:8080/", "blog.example"),
        ("https://weilu.example/content/links/", ""),
        ("android-app://com.tencent.mm", ""),
        ("https://<script>/", ""),
        ("https://[::bad", ""),
        ("", ""),
    ],
)
def test_of_the_page_only_the_host_is_told(referer: str, host: str) -> None:
    assert rules.came_from(referer, OWN) == host


PEOPLE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.38(0x1800262c) NetType/WIFI Language/zh_CN",
    "Mozilla/5.0 (Linux; Android 12; M2102K1C) AppleWebKit/537.36 Chrome/86.0.4240.99 XWEB/4317 MMWEBSDK/20220903 Mobile Safari/537.36 wxwork/4.1.0 MicroMessenger/7.0.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 AliApp(DingTalk/6.5.10) com.laiwang.DingTalk/19776 language/zh-Hans-CN",
    "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/77 MQQBrowser/6.2 TBS/045114 Mobile Safari/537.36 V1_AND_SQ_8.2.6_1320_YYB_D QQ/8.2.6.4370",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/110 Safari/537.36 Lark/6.0.0 LarkLocale/zh_CN",
    "Mozilla/5.0 (Linux; Android 10; CUBOT_X30) AppleWebKit/537.36 Chrome/100 Mobile Safari/537.36",
)
PROGRAMS = (
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "facebookexternalhit/1.1;line-poker/1.0",
    "DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/)",
    "Mozilla/5.0 (compatible; LarkUrl2Png/1.0; +https://www.larksuite.com/)",
    "Mozilla/5.0 (compatible; ZulipURLPreview/10.0; +https://zulip.com)",
    "Mattermost-Bot/1.1",
    "Synapse (bot; +https://github.com/matrix-org/synapse)",
    "Viber/13.3.0",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "curl/8.0",
    "",
)


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_browser_inside_a_chat_app_is_a_person(agent: str) -> None:
    assert not agents.previews(agent)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_what_shows_a_preview_or_crawls_is_a_program(agent: str) -> None:
    assert agents.previews(agent)
