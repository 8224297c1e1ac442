"""The demo's scene is always the same, and what its conversation speaks of is in it."""

from __future__ import annotations

from bot.sample import HEIGHT, WIDTH, draw_sample
from engine.grounding.router import Grounder
from engine.operations import Target


def test_the_scene_never_changes() -> None:
    first, second = draw_sample(), draw_sample()
    assert first.rgb.shape == (HEIGHT, WIDTH, 3)
    assert (first.rgb == second.rgb).all()


def test_the_scene_has_what_the_demo_speaks_of() -> None:
    image = draw_sample().rgb
    right = Grounder().locate(image, Target(phrase="red balloon", colour="red", position="right")).chosen
    assert len(right) == 1
    assert right[0].box.x0 > WIDTH // 2
    assert Grounder().locate(image, Target(phrase="white sailboat", colour="white")).chosen
    assert Grounder().locate(image, Target(phrase="sky")).chosen
