"""Loading, undoing and building anew on two shards: the stories of the store of one machine, as far as they speak of events."""

from weilu.core.warehouse.tests.test_loader import (
    test_a_loader_that_dies_before_it_counts_the_block_does_not_send_it_twice,
    test_a_loader_that_dies_while_copying_ownership_copies_it_next_time,
    test_an_event_stands_in_the_warehouse_as_in_the_log,
    test_only_one_loader_works,
)
from weilu.core.warehouse.tests.test_rebuild import (
    small_blocks,
    test_a_second_rebuild_at_the_same_time_is_refused,
    test_what_happens_during_a_rebuild_shows_before_it_ends,
    test_who_leaves_merges_or_turns_out_a_bot_during_a_rebuild_is_as_if_it_had_been_before,
)
from weilu.core.warehouse.tests.test_retractions import (
    test_an_undone_import_leaves_no_row,
    test_import_undo_and_import_again_holds_what_one_import_holds,
    test_what_two_imports_saw_passes_to_the_second,
    test_within_the_day_the_job_sees_the_old_parts_go_from_the_disk,
)
