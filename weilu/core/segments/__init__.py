"""Who is meant? Rules over everything that is known of a member: their data, their reading, their words.

The SQL stands in `core.warehouse.compile.segments`; what a question does with a rule in `core.warehouse`.
"""
