"""States and tiers concluded from the log: on two shards the same answers as in the store of one machine (see `test_same_answers`)."""

from weilu.members.tests.test_conclude import *
