"""A process that is killed at each of its lines in turn while it saves ``.env``: the file is what it was, or what was saved."""

import os

import pytest

from tests.children import run

# Forks for each line that Python runs while the file is written, kills the copy there, and says what the file holds.
KILLED_AT_EACH_LINE = """
import itertools, os, signal, sys
from pathlib import Path
from course import dotenv_file, shared_file

def in_place(path, data, private):
    with open(path, "wb") as file:
        file.write(data)

path = Path(sys.argv[1]) / ".env"
write = in_place if sys.argv[2] == "in place" else shared_file.save
old, new = {"SCOPE": "old" * 50}, {"SCOPE": "new" * 50}

def killed_at(number):
    left = number
    def count(frame, event, argument):
        nonlocal left
        if Path(frame.f_code.co_filename).name not in ("shared_file.py", "<string>"):
            return None
        left -= event == "line"
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return count
    def traced(path, data, private):
        sys.settrace(count)
        write(path, data, private=private)
        sys.settrace(None)
    return traced

shared_file.save = write
for number in itertools.count(1):
    dotenv_file.save(path, old)
    assert list(path.parent.glob(".env*")) == [path], "what the kill before left is gone"
    child = os.fork()
    if not child:
        shared_file.save = killed_at(number)
        dotenv_file.save(path, new)
        os._exit(0)
    ended = os.waitpid(child, 0)[1]
    found = dict(dotenv_file.read(path).values)
    print("old" if found == old else "new" if found == new else "neither", flush=True)
    if ended == 0:
        break
"""

if hasattr(os, "fork"):

    @pytest.mark.parametrize("how", ["as the course does it", "in place"])
    def test_an_env_file_is_saved_all_or_nothing_whenever_the_process_is_killed(how, tmp_path):
        found = run(KILLED_AT_EACH_LINE, tmp_path, str(tmp_path), how).split()
        assert (found[0], found[-1]) == ("old", "new")
        # This is what the same kills leave of a file that is written where it is.
        assert ("neither" in found) == (how == "in place")
        assert len(found) > 3
