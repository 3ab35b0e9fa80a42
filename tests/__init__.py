"""The course's tests; .github/CONTRIBUTING.md describes each folder."""
