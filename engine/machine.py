"""What this machine has room for, asked of the system alone: no model library is loaded to find out."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.torch_edge import has_libraries
from engine.weights import Model

QUERY = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
ANSWERS_WITHIN = 5.0
"""Seconds nvidia-smi may take; a broken driver hangs it."""
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
USABLE = 0.85
"""The part of the memory a model may take: the rest is for the picture, and for whatever else runs."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory in bytes; None: not known, or no GPU."""

    ram: int | None
    gpu: str | None = None
    gpu_memory: int = 0

    def memory_for(self, model: Model) -> int:
        """Bytes the model takes where it would run here."""
        return model.memory(gpu=self._on_gpu(model))

    def fits(self, model: Model) -> bool:
        """Whether there is room for it where it would run; a machine that cannot say counts as roomy."""
        room = self.gpu_memory if self._on_gpu(model) else self.ram
        return room is None or self.memory_for(model) <= USABLE * room

    def _on_gpu(self, model: Model) -> bool:
        return self.gpu is not None and model.extra == "gpu"


def this_machine() -> Machine:
    """The machine this runs on; of several GPUs the largest, for a model runs on one."""
    name, memory = max(_gpus(), key=lambda gpu: gpu[1], default=(None, 0))
    return Machine(_ram(), name, memory)


@cache
def has_gpu() -> bool:
    """Whether models run on a GPU here: there is one, and the extra that uses it is installed."""
    return has_libraries() and bool(_gpus())


def _gpus() -> list[tuple[str, int]]:
    try:
        told = subprocess.run(QUERY, capture_output=True, text=True, timeout=ANSWERS_WITHIN, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [line.rsplit(",", 1) for line in told.splitlines() if "," in line]
    return [(name.strip(), int(mib) * 2**20) for name, mib in rows if mib.strip().isdigit()]


def _ram() -> int | None:
    """Of the machine, or what a container was given of it."""
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return None
    ram = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        ram = min(ram, int(CGROUP_LIMIT.read_text("ascii")))
    return ram
