"""The course's tests. `python -m pytest` runs all of them; .github/CONTRIBUTING.md says what each folder holds."""
