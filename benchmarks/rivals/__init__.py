"""What tracking is measured against: a Django view on PostgreSQL, row by row and in bulk, as one would first write it."""
