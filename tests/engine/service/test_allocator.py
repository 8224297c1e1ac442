"""What large pictures took is given back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from engine.allocator import return_large_blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

if sys.argv[1] == "yes":
    return_large_blocks()
for side in range(500, 3000, 100):  # each teaches the library to keep the next
    np.ones((side, side, 3), np.uint8)
before = resident()
kept = []
for _ in range(40):
    large = np.ones((1300, 1300, 3), np.uint8)
    kept.append(bytearray(2000))
    del large
pictures = [np.ones((1300, 1300, 3), np.uint8) for _ in range(20)]
kept.append(bytearray(2000))
last = bytearray(2000)
del pictures
print(resident() - before)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not Path("/proc/self/statm").exists(),
    reason="only glibc, on Linux, keeps what was freed",
)
def test_blocks_of_a_megabyte_do_not_stay() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT, "yes"], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 12
