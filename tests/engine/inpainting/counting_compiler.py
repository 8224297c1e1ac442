"""A backend of torch.compile that compiles nothing and counts what it is asked to."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


class CountingCompiler:
    """To be called as torch.compile calls its backends."""

    def __init__(self) -> None:
        self.graphs = 0
        self.limit = 0
        """How often one function may be compiled, where it was last asked."""

    def __call__(self, graph: Any, inputs: Any) -> Any:
        self.graphs += 1
        self.limit = import_module("torch.compiler.config").recompile_limit
        return graph.forward


@contextmanager
def counting_compiler() -> Generator[CountingCompiler, None, None]:
    """A fresh one, with nothing compiled before."""
    torch: Any = import_module("torch")
    # Pytest would keep all that the tracer says, which takes longer than tracing.
    told = logging.getLogger("torch.__trace")
    told.disabled = True
    torch.compiler.reset()
    try:
        yield CountingCompiler()
    finally:
        torch.compiler.reset()
        told.disabled = False
