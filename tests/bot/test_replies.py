"""Every error and every notice has a sentence that a person can act on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from bot.replies import ERRORS, duration, notice, receipt, sentence
from bot.words import LANGUAGES, Surface, load
from engine import errors
from engine.data import GUESS, Box, Notice, Region
from engine.errors import EditError

NOTICES = sorted({key.split(".")[1] for key in load("en") if key.startswith("notice.")})
REGION = Region(Box(0, 0, 8, 8), 0.9, "ball", "colour")
GUESSED = Region(Box(0, 0, 8, 8), 0.3, "main subject", GUESS)

EXAMPLES: list[EditError] = [
    errors.PictureUnreadable("dog.png"),
    errors.UnsupportedImage("TIFF"),
    errors.UnsupportedImage(),
    errors.DamagedImage("PNG"),
    errors.DamagedImage(),
    errors.ImageTooLarge(60_000_000, 50_000_000),
    errors.ImageTooLarge(80 * 2**20, 64 * 2**20, "bytes"),
    errors.ImageTooSmall(1, 8000, 64),
    errors.MaskEmpty(),
    errors.MaskEmpty((REGION,)),
    errors.MaskWhole((REGION,)),
    errors.MaskMismatch((10, 20), (30, 40)),
    errors.BadOption("colour", "blurple", "a colour name"),
    errors.NoSuchRevision("undo"),
    errors.NoSuchRevision("abc"),
    errors.NotUnderstood("What should change?"),
    errors.NotUnderstood(""),
    errors.Ambiguous("ball", (REGION, REGION)),
    errors.Ambiguous("dog", (GUESSED, GUESSED)),
    errors.Ambiguous("dog", (GUESSED,)),
    errors.NeedsClarification("What should be removed?"),
    errors.NotGrounded("the dog", 0.2, ("cat", "sofa")),
    errors.NotGrounded("the dog"),
    errors.Refused("no faces of real people"),
    errors.BackendMissing("painting a bench", "diffusion"),
    errors.BackendMissing("the backend “lama”", "lama"),
    errors.DownloadFailed("yolox-nano"),
    errors.DownloadFailed("yolox-nano", 404),
    errors.AccessDenied("flux-1-fill", "https://hub/flux", known=False),
    errors.AccessDenied("flux-1-fill", "https://hub/flux", known=True),
    errors.DiskFull(34_000_000_000, 12_000_000_000),
    errors.DamagedWeights("yolox-nano"),
    errors.UnusableModel("yolox_nano.onnx", "a whole ONNX graph"),
    errors.StorageFailed(),
    errors.OutcomeUnknown("history"),
    errors.ModelMissing("a/b", "diffusion"),
    errors.EngineLost("died"),
    errors.Busy("queue", 30),
    errors.Busy("member", 200, 10),
    errors.Busy("guild", 0.5, 100),
    errors.Busy("rate", 4),
    errors.GaveUp(3),
    errors.Withdrawn(),
    errors.OutOfMemory("diffusion"),
    errors.TimedOut("diffusion", 30),
    errors.BackendFailed("diffusion"),
]


def leaves(kind: type[EditError]) -> set[type[EditError]]:
    below = {leaf for child in kind.__subclasses__() for leaf in leaves(child)}
    return below or {kind}


def test_every_leaf_of_the_tree_has_its_own_words() -> None:
    assert leaves(EditError) <= set(ERRORS)
    assert {type(example) for example in EXAMPLES} == set(ERRORS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("surface", get_args(Surface))
@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_sentences_are_for_people(error: EditError, surface: Surface, language: str) -> None:
    said = sentence(error, language, surface=surface)
    assert len(said) > 5
    assert said[-1] in ".?!。？！"
    assert not re.search(r"Exception|Traceback|None|\{", said)


def test_every_notice_the_code_raises_has_words() -> None:
    root = Path(__file__).parents[2]
    code = "\n".join(path.read_text() for package in ("engine", "bot") for path in (root / package).rglob("*.py"))
    raised = set(re.findall(r'Notice\(\s*"(\w+)"', code))
    assert raised
    assert raised == set(NOTICES)


def test_what_nobody_recognised_is_offered_as_such() -> None:
    several, one = (sentence(errors.Ambiguous("dog", (GUESSED,) * count), surface="chat") for count in (2, 1))
    assert several.startswith("I cannot tell what “dog” is here. Is it one of the 2 that stand out? Press its number")
    assert one.startswith("I cannot tell what “dog” is here. Is it what I marked? Answer “yes”")
    assert sentence(errors.Ambiguous("dog", (REGION, GUESSED))).startswith("I found 2")


def test_a_chat_is_told_whom_to_ask_instead_of_what_to_type() -> None:
    missing = errors.BackendMissing("painting a bench", "diffusion")
    assert "uv run" in sentence(missing)
    assert "uv run" not in sentence(missing, surface="chat")
    assert "whoever runs me" in sentence(missing, surface="chat")
    assert sentence(errors.AccessDenied("m", "https://hub/m", known=True), surface="chat") == sentence(
        errors.DiskFull(2, 1), surface="chat"
    )


def test_a_language_says_it_in_its_words_with_the_same_facts() -> None:
    assert sentence(errors.Busy("rate", 4), "de") == "Das war viel auf einmal; frag bitte in 4 Sekunden noch einmal."
    assert sentence(errors.NotUnderstood("What should be removed?"), "es") == "¿Qué hay que quitar?"
    assert sentence(errors.NotUnderstood(""), "es") == "¿Qué debe cambiar en la imagen?"
    blurred = errors.BadOption("colour", "blurple", "a colour name, a shade of one, or #rrggbb")
    assert "ein Farbname" in sentence(blurred, "de", surface="chat")
    assert (
        notice(Notice("missed", "What did you mean by “x”?"), "de") == "Was meintest du mit „x“? Der Rest ist erledigt."
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 s"), (0.2, "1 s"), (59.1, "60 s"), (90, "2 min"), (5000, "84 min"), (7000, "2 h")],
)
def test_durations_are_rounded_up(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("surface", get_args(Surface))
@pytest.mark.parametrize("kind", NOTICES)
def test_notices_are_sentences(kind: str, surface: Surface, language: str) -> None:
    said = notice(Notice(kind, "detail"), language, surface=surface)
    assert said.endswith((".", "。"))
    assert "{" not in said


def test_the_receipt_counts() -> None:
    assert receipt(0, whole=False) == "0 pixels changed outside the mask"
    assert "3" in receipt(3, whole=False)
    assert "whole" in receipt(None, whole=True)


def test_exit_codes_follow_the_contract() -> None:
    codes = {type(example).__name__: (example.kind, example.exit_code) for example in EXAMPLES}
    assert codes["MaskEmpty"] == ("needs_clarification", 3)
    assert codes["MaskWhole"] == ("needs_clarification", 3)
    assert codes["Ambiguous"] == ("needs_clarification", 3)
    assert codes["NotGrounded"] == ("not_grounded", 3)
    assert codes["Refused"] == ("refused", 4)
    assert codes["BackendMissing"] == ("backend_missing", 5)
    assert codes["OutOfMemory"] == ("backend_failed", 5)
