"""Caches in real files, written by real processes, and in a real Redis."""
