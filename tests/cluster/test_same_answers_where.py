"""Conditions on events: on two shards the same answers as in the store of one machine (see `test_same_answers`)."""

from weilu.core.warehouse.tests.test_questions_where import *
