"""Pages of tags: the list by group, one of them, changes of one and of many members, tables."""
