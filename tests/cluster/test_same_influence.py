"""Scores and what stands behind each factor: on two shards the same answers as in the store of one machine (see `test_same_answers`)."""

from weilu.members.tests.test_influence import *
