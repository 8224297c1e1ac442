"""Pictures asked for at the same time are made by one call, and come out as if made alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from engine.data import Image
from engine.inpainting.diffusion.batching import Asked, Gathering, Job, alike, joined
from engine.protocols import Audience, Progress

DONE = np.zeros((2, 2, 3), np.uint8)


def ignore(_: float) -> None:
    """Nobody listens."""


def picture(width: int = 8, shade: int = 0) -> PillowImage.Image:
    return PillowImage.new("RGB", (width, 8), (shade, shade, shade))


def asked(**changes: Any) -> Asked:
    return {"prompt": "a bench", "negative_prompt": None, "image": picture(), "strength": 0.5, "height": 8} | changes


def job(what: Asked, progress: Progress = ignore, seed: int = 0) -> Job:
    return Job(lambda _: what, what, seed, progress)


def company(count: int) -> Progress:
    return Audience(ignore, company=count)


@pytest.mark.parametrize(
    ("changes", "together"),
    [
        ({"prompt": "a bush"}, True),
        ({"image": picture(shade=200)}, True),
        ({"image": picture(width=16)}, False),
        ({"strength": 0.75}, False),
        ({"height": 16}, False),
        ({"negative_prompt": "blurry"}, False),
        ({"mask_image": picture()}, False),
    ],
)
def test_what_each_picture_may_bring(changes: Asked, together: bool) -> None:
    assert alike(asked(), asked(**changes), piles=True) is together
    assert not alike(asked(), asked(**changes), piles=False)


def test_pictures_that_are_equal_are_alike_without_piling() -> None:
    assert alike(asked(), asked(image=picture()), piles=False)


def test_a_batch_lists_what_differs_and_says_once_what_does_not() -> None:
    images = [picture(shade=shade) for shade in (1, 2)]
    both = joined([asked(prompt=words, image=image) for words, image in zip("ab", images, strict=True)], piles=True)
    assert both == {"prompt": ["a", "b"], "negative_prompt": None, "image": images, "strength": 0.5, "height": 8}


def test_variations_of_one_edit_are_asked_for_by_number() -> None:
    assert joined([asked(), asked()], piles=False) == asked() | {"num_images_per_prompt": 2}
    assert joined([asked()], piles=False) == asked()


class Kitchen:
    """Does batches, and remembers which; the first one waits until it is let go."""

    def __init__(self, most: int = 8, *, waits: bool = False) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        if not waits:
            self.go.set()
        self.gathering = Gathering(self._do, alike=lambda one, other: alike(one, other, piles=True), most=most)

    def _do(self, jobs: Sequence[Job]) -> None:
        self.batches.append([job.seed for job in jobs])
        assert self.go.wait(10)
        for done in jobs:
            done.finish(DONE)


def wait_for(truth: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_while_one_batch_runs_the_next_gathers() -> None:
    kitchen = Kitchen(waits=True, most=3)
    jobs = [job(asked(), seed=seed) for seed in range(5)]
    kitchen.gathering.add(jobs[0])
    wait_for(lambda: kitchen.batches == [[0]])
    for waiting in jobs[1:]:
        kitchen.gathering.add(waiting)
    kitchen.go.set()
    assert all(done.result() is DONE for done in jobs)
    assert kitchen.batches == [[0], [1, 2, 3], [4]]


def test_announced_company_is_waited_for() -> None:
    kitchen = Kitchen()
    jobs = [job(asked(), company(3), seed=seed) for seed in range(3)]
    for late in jobs:
        kitchen.gathering.add(late)
        time.sleep(0.02)
    assert all(done.result() is DONE for done in jobs)
    assert kitchen.batches == [[0, 1, 2]]


def test_company_that_does_not_come_is_waited_for_no_longer_than_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.inpainting.diffusion.batching.PATIENCE", 0.05)
    kitchen = Kitchen()
    alone = job(asked(), company(2))
    kitchen.gathering.add(alone)
    assert alone.result() is DONE


def test_others_are_not_made_to_share() -> None:
    kitchen = Kitchen(waits=True)
    jobs = [job(asked(height=height), seed=height) for height in (8, 16, 8, 16)]
    for one in jobs:
        kitchen.gathering.add(one)
    kitchen.go.set()
    assert all(done.result() is DONE for done in jobs)
    assert sorted(seed for batch in kitchen.batches for seed in batch) == [8, 8, 16, 16]
    assert all(len(set(batch)) == 1 for batch in kitchen.batches)


def test_one_that_waits_for_its_turn_can_be_cancelled() -> None:
    kitchen = Kitchen(waits=True)
    stop = threading.Event()

    def cancel(_: float) -> None:
        if stop.is_set():
            raise KeyError

    first, second = job(asked(), seed=1), job(asked(), cancel, seed=2)
    kitchen.gathering.add(first)
    wait_for(lambda: kitchen.batches == [[1]])
    kitchen.gathering.add(second)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(second.result)
        stop.set()
        assert isinstance(waiting.exception(10), KeyError)
    kitchen.go.set()
    assert first.result() is DONE
    assert kitchen.batches == [[1]]


def test_what_breaks_a_batch_reaches_everybody_in_it_and_the_next_one_works() -> None:
    def burn(_: Sequence[Job]) -> None:
        raise ZeroDivisionError

    gathering = Gathering(burn, alike=lambda one, other: one == other, most=8)
    for _ in range(2):
        unlucky = job(asked())
        gathering.add(unlucky)
        with pytest.raises(ZeroDivisionError):
            unlucky.result()


def test_the_thread_ends_with_the_work() -> None:
    kitchen = Kitchen()
    for _ in range(2):
        only = job(asked())
        kitchen.gathering.add(only)
        result: Image = only.result()
        assert result is DONE
        wait_for(lambda: not any(thread.name == "diffusion" for thread in threading.enumerate()))
