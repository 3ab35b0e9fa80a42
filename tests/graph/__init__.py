"""Tests of Graph's own objects."""
