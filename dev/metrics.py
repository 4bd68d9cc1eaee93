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


def page(language: str) -> str:
    """The whole page in one language."""
    from django.utils import translation

    from weilu.core import metrics

    with translation.override(language):
        rows = [_row(one) for one in metrics.all_metrics()]
    head = "| slug | | unit | better | total | behind | |\n| --- | --- | --- | --- | --- | --- | --- |"
    return f"# {TITLES[language]}\n\n{LEADS[language]}\n\n{head}\n" + "\n".join(rows) + "\n"


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
