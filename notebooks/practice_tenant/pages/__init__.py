"""The pages for a person's browser: templates, one small stylesheet, and the headers that protect them.

Plain HTML, no framework, no cookie, nothing from another site. Links are relative, so that the pages also work behind
a hub's proxy with a path of its own.
"""
