"""Somebody who visits pages without a browser: keeps cookies, fills in forms with their CSRF token."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

PASSWORD = "a long kettle of words"  # for tests


@dataclass(frozen=True)
class Page:
    status: int
    url: str
    text: str
    headers: dict[str, str]

    @property
    def server_ms(self) -> float:
        """What the server says it took, from `Server-Timing: total;dur=…`."""
        found = re.search(r"total;dur=([\d.]+)", self.headers.get("server-timing", ""))
        return float(found[1]) if found else float("nan")


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *asked: object) -> None:
        return None


class Visitor:
    def __init__(self, base: str) -> None:
        self.base = base
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def opener_without_redirects(self) -> urllib.request.OpenerDirector:
        """One that keeps this visitor's cookies and takes a redirect for an answer (an HTTPError)."""
        return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar), _Stays())

    def elsewhere(self, base: str) -> Visitor:
        """The same browser, cookies and all, at another address."""
        other = Visitor(base)
        other._opener = self._opener
        return other

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path)))

    def post(self, path: str, /, found_at: str = "", **fields: str) -> Page:
        """Open the page (`found_at`, if the form stands elsewhere), take its CSRF token, and send the form."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(found_at or path).text)
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        url = urllib.parse.urljoin(self.base, path)
        data = urllib.parse.urlencode(fields).encode()
        return self._open(urllib.request.Request(url, data=data, headers={"Referer": url}))

    def begin(self, code: str) -> Page:
        """First start: Ada makes the owner's account and is logged in."""
        given = {"brand": "Kettle club", "name": "Ada", "email": "ada@example.com", "password": PASSWORD}
        return self.post("/first-start", code=code, timezone="Asia/Shanghai", language="en", **given)

    def log_in(self) -> Page:
        return self.post("/login", email="ada@example.com", password=PASSWORD)

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return self._page(answer)
        except urllib.error.HTTPError as answer:
            return self._page(answer)

    @staticmethod
    def _page(answer: object) -> Page:
        headers = {k.lower(): v for k, v in answer.headers.items()}
        text = answer.read().decode("utf-8", "replace")
        return Page(answer.status, answer.url, text, headers)
