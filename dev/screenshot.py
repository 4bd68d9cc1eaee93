"""How does Weilu look? Plays the sample brand into a fresh home and writes docs/images: `python -m dev.screenshot`.

Simulated data only, so that nobody's words stand in the project.
"""

from __future__ import annotations

import sys

from tests.browser.chromium import Window, executable, launched
from tests.browser.conftest import EMAIL, PASSWORD, add_owner
from tests.house import ROOT, house

SHOTS = (
    ("home.png", "/", 1440, "en", "light"),
    ("home.zh.png", "/", 1440, "zh-CN", "light"),
    ("home-dark.png", "/", 1440, "en", "dark"),
    ("phone.png", "/", 390, "zh-CN", "light"),
)


def main() -> int:
    if executable() is None:
        sys.stderr.write("weilu: Chromium is missing; dev/browser installs it.\n")
        return 1
    folder = ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with house() as one:
        one.weilu("migrate")
        add_owner(one)
        one.weilu("demo")
        one.up()
        with launched() as browser:
            for name, address, width, language, theme in SHOTS:
                window = Window.open(browser, one.url, width=width, language=language, theme=theme)
                window.log_in(EMAIL, PASSWORD)
                window.go(address)
                window.picture(str(folder / name))
                sys.stdout.write(f"docs/images/{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
