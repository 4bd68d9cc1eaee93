"""The page on which operators put questions of their own: a form, an answer, a link that holds the whole question."""
