"""What is raised for a question that cannot be answered as it stands?"""

from __future__ import annotations

from weilu.core.errors import WeiluError


class Refused(WeiluError):
    """The question cannot be answered as it stands; the sentence says why and what would do."""

    code = "question_refused"
