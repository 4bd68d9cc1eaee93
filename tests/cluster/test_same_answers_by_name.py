"""Events asked for by name: on two shards the same answers as in the store of one machine (see `test_same_answers`)."""

from weilu.core.warehouse.tests.test_questions_by_name import *
