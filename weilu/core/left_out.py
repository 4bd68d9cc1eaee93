"""What do our processes leave out of memory though it is installed?"""

from __future__ import annotations

import sys
from typing import Any


def leave_pandas_out() -> None:
    """For this process, whatever asks for it. Each process of ours calls it before it makes its first array."""
    finder: Any = _NoPandas()
    sys.meta_path.insert(0, finder)


class _NoPandas:
    """pyarrow and chDB import pandas, where they find it, with the first array and the first insert: half a second and up to 50 MB in each
    of our processes for something that none of them uses. It is only here since chDB brings it along."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)
