"""On two shards members and visitors are told apart as in the store of this machine, also with the knowledge of then."""

from typing import Any

import pytest

from tests import test_story_visitors as stories
from tests.test_story_visitors import *


@pytest.mark.parametrize("seed", [3])
def test_whatever_is_learnt_when_what_was_told_can_be_told_again(
    warehouse: Any, play: Any, seed: int
) -> None:
    """One story more than those of the store of this machine, not all of them again."""
    stories.test_whatever_is_learnt_when_what_was_told_can_be_told_again(warehouse, play, seed)
