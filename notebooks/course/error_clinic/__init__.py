"""The error clinic of notebook 07: what a case is, what surrounds its program, and how it is shown.

The cases themselves are in `course/cases/`, a file each.
"""
