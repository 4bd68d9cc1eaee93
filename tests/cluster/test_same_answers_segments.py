"""Members of segments: on two shards the same answers as in the store of one machine (see `test_same_answers`)."""

from weilu.core.segments.tests.test_segments import *
