"""On two shards members and visitors are told apart as in the store of this machine, also with the knowledge of then."""

from tests.test_story_visitors import *  # noqa: F403  # its tests, played here
