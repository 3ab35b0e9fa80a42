"""The course in a real browser: JupyterLab in chromium, its notebooks, the form, the keyboard, both themes."""
