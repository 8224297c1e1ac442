"""While lasting things are read nothing looks for garbage, and afterwards everything is as it was."""

from __future__ import annotations

import gc
from contextlib import suppress

from engine.lasting import lasting


def test_looking_for_garbage_rests_and_goes_on_even_after_an_error():
    with suppress(ValueError), lasting():
        assert not gc.isenabled()
        raise ValueError("unreadable")
    assert gc.isenabled()


def test_one_within_another_leaves_the_outer_one_alone():
    with lasting():
        with lasting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
