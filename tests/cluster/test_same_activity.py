"""What a community's page counts: on two shards the same answers as in the store of one machine (see `test_same_answers`)."""

from weilu.communities.tests.test_metrics import *
