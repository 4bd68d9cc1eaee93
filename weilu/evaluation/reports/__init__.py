"""The weekly report: what happened in a community's week, who moved it, and what to do about it.

`weeks` names the week; `gather` reads the week once; `people`, `topics`, `selling` and `findings/` draw conclusions from what
was read and are pure; `write` puts them together; `as_json`, `as_markdown` and `as_pdf` render.
"""
