"""Goals, their progress and what explains a gap: on two shards the same answers as in the store of one machine (see `test_same_answers`)."""

from weilu.goals.tests.test_goals import *  # noqa: F403
