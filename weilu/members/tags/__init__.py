"""Labels on members: given by hand, by a rule that follows a segment, by an import; with source, confidence and expiry."""
