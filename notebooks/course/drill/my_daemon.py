"""The learner's own daemon: a file beside the notebook, which begins as the first daemon of the lesson."""

import os
from pathlib import Path

from .world import NOTEBOOKS

FIRST = NOTEBOOKS / "scripts" / "first_daemon.py"
NAME = "my_daemon.py"


def my_daemon() -> Path:
    """The path of ``my_daemon.py``. The file is made where there is none, and never overwritten.

    It is beside the notebooks, or in the folder that ``COURSE_WORK`` names.
    """
    folder = Path(os.environ.get("COURSE_WORK") or NOTEBOOKS)
    path = folder / NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(FIRST.read_text("utf-8"), encoding="utf-8")
    return path
