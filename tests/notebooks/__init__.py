"""Tests about the notebooks themselves. That their cells run, and still print what is stored, is nbval's part."""
