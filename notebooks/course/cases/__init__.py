"""The cases of the error clinic, one file each. `course.error_clinic.case` finds a file by its being here.

A file defines `CASE`, a `course.error_clinic.case.Case`. The file's name with hyphens is the case's name:
`secret_id.py` is "secret-id".
"""
