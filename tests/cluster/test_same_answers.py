"""The metrics counted by hand: on two shards the same answers as in the store of one machine.

The stories are those of the warehouse's own room; here they play on the servers (see `conftest`). `make proof cluster` plays
all the others, too. One room's file for each of these, so that what it sets up for its own stories stays with them.
"""

from weilu.core.warehouse.tests.test_questions_metrics import *
