"""Python runs this file when it starts with this folder on PYTHONPATH.

So kernels, `python -m practice_tenant` and every other Python that a test starts are kept on this computer as well.
"""

import importlib.machinery
import importlib.util
import os
import sys

import loopback_only

loopback_only.install()

# This file hides a sitecustomize that the system may have of its own (Homebrew's and Debian's Pythons do): run it too.
here = os.path.dirname(os.path.abspath(__file__))
elsewhere = [folder for folder in sys.path if os.path.abspath(folder) != here]
if hidden := importlib.machinery.PathFinder.find_spec("sitecustomize", elsewhere):
    hidden.loader.exec_module(importlib.util.module_from_spec(hidden))
