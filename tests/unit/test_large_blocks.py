"""What connections needed is given back when they have gone."""

import subprocess
import sys

import pytest

from tests.environment import ROOT, hermetic

# Blocks as large as asyncio's for a TLS connection, small ones between them that stay, and what is left of the former.
FREED = """
import platform, sys
import psutil
from practice_tenant.listeners import large_blocks

if sys.argv[1] == "given back":
    large_blocks.give_back()
small = []
for _ in range(2):
    large = []
    for _ in range(100):
        large.append(bytearray(256 * 1024))
        for page in range(0, len(large[-1]), 4096):
            large[-1][page] = 1
        small.append(bytes(4000))
    del large
    kept = psutil.Process().memory_info().rss
print(platform.libc_ver()[0], kept)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="about the C library of Linux")
def test_large_blocks_are_given_back(tmp_path):
    left = {}
    for how in ("given back", "as it was"):
        command = [sys.executable, "-c", FREED, how]
        said = subprocess.check_output(command, cwd=ROOT / "notebooks", env=hermetic(tmp_path), text=True, timeout=60)
        library, _, kept = said.rstrip().rpartition(" ")
        left[how] = int(kept)
    # Another C library may give back anyway; it only has to take the call.
    assert library != "glibc" or left["as it was"] - left["given back"] > 10_000_000
