"""The metrics counted by hand, and events asked for by name: on two shards the same answers as in the store of one machine.

The stories are those of the warehouse's own room; here they play on the servers (see `conftest`). `make proof cluster` plays
all the others, too.
"""

from weilu.core.warehouse.tests.test_questions_by_name import *  # noqa: F403
from weilu.core.warehouse.tests.test_questions_metrics import *  # noqa: F403
