"""The command as strangers run it: a process, its files, its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner, Result

from bot.__main__ import app


@dataclass
class Shell:
    """A user's home, and a folder with one photo."""

    folder: Path

    @property
    def photo(self) -> Path:
        return self.folder / "balls.png"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "RETOUCH_HOME": str(self.folder / "home"), "PYTHONWARNINGS": "error"}

    def run(self, *args: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *map(str, args)]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=self.environment, timeout=120, check=False
        )

    def here(self, *args: object) -> Result:
        """The same command in this process: faster, for tables."""
        return CliRunner().invoke(app, [*map(str, args)], env={"RETOUCH_HOME": str(self.folder / "home")})

    def json(self, *args: object, code: int = 0) -> dict[str, Any]:
        done = self.run(*args, "--json")
        assert done.returncode == code, (done.stdout, done.stderr)
        return json.loads(done.stdout)

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir() if path.is_file()}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    image = Image.fromarray(np.random.default_rng(7).integers(90, 165, (300, 450, 3), np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 150, 120, 230), fill=(200, 30, 40))
    draw.ellipse((320, 140, 410, 230), fill=(205, 25, 35))
    draw.rectangle((190, 40, 250, 110), fill=(30, 60, 200))
    image.save(made.photo)
    return made


def pixels(path: object) -> np.ndarray[Any, np.dtype[np.int32]]:
    with Image.open(str(path)) as image:
        return np.asarray(image.convert("RGB")).astype(np.int32)


def test_edit_names_the_file_and_reports(shell: Shell) -> None:
    done = shell.run("edit", shell.photo, "make the red ball on the right green", "--seed", 1)
    assert done.returncode == 0, done.stderr
    assert "0 pixels changed outside the mask" in done.stdout
    assert shell.files() == {"balls.png", "balls-edited.png"}


def test_json_has_every_field_of_the_contract(shell: Shell) -> None:
    got = shell.json("edit", shell.photo, "make the red ball on the right green", "-o", shell.folder / "g.png")
    assert set(got) == {
        *("image", "mask", "revision", "parent", "plan", "backend", "seed", "size", "mask_area", "offset"),
        *("outside_changed", "timings_ms", "warnings"),
    }
    assert got["size"] == [450, 300]
    assert got["outside_changed"] == 0
    assert got["offset"] == [0, 0]
    assert {"load", "decode", "plan", "ground", "edit", "composite", "encode", "total"} <= set(got["timings_ms"])
    before, after, used = pixels(shell.photo), pixels(got["image"]), pixels(got["mask"])[:, :, 0] > 0
    assert got["mask_area"] == pytest.approx(used.mean(), abs=1e-4)
    assert (before[~used] == after[~used]).all()
    assert (before[used] != after[used]).any()


def test_several_instructions_are_a_conversation(shell: Shell) -> None:
    out = shell.folder / "chain.png"
    got = shell.json("edit", shell.photo, "make it a bit warmer", "undo", "crop to square", "-o", out)
    assert len(got["steps"]) == 3
    assert (pixels(got["steps"][1]["image"]) == pixels(shell.photo)).all()
    assert got["steps"][2]["image"] == str(out)
    assert got["mask"] is None
    x, y = got["offset"]
    assert (pixels(out) == pixels(shell.photo)[-y : 300 - y, -x : 300 - x]).all()
    grey = shell.json("edit", "--continue", "make it black and white", "-o", shell.folder / "grey.png")
    assert pixels(grey["image"]).shape == (300, 300, 3)
    assert np.ptp(pixels(grey["image"]), axis=2).max() == 0


def test_variations_are_numbered_files(shell: Shell) -> None:
    got = shell.json("edit", shell.photo, "remove the blue square", "-n", 2, "-o", shell.folder / "v.png")
    assert [Path(path).name for path in got["images"]] == ["v-1.png", "v-2.png"]
    assert (pixels(got["images"][0]) != pixels(got["images"][1])).any()


def test_questions_are_numbered_and_answered(shell: Shell) -> None:
    asked = shell.json("edit", shell.photo, "remove the red ball", code=3)["error"]
    assert asked["kind"] == "needs_clarification"
    assert len(asked["candidates"]) == 2
    assert set(asked["candidates"][0]) == {"box", "score", "label", "area", "source"}
    said = shell.run("edit", shell.photo, "remove the red ball")
    assert said.returncode == 3
    assert "candidates" in said.stdout
    answer = shell.json("edit", "--continue", "the left one", "-o", shell.folder / "answer.png")
    changed = (pixels(answer["image"]) != pixels(shell.photo)).any(axis=2)
    assert changed[:, :225].any()
    assert not changed[:, 225:].any()


def test_marks_are_given_as_json_or_in_a_file(shell: Shell) -> None:
    marks = '{"unit": "fraction", "box": [0.1, 0.5, 0.3, 0.8]}'
    (shell.folder / "marks.json").write_text(marks)
    masks: list[np.ndarray[Any, np.dtype[np.int32]]] = []
    for given in (marks, shell.folder / "marks.json"):
        got = shell.json(
            "edit", shell.photo, "make this black and white", "--mask", given, "-o", shell.folder / "o.png"
        )
        changed = (pixels(got["image"]) != pixels(shell.photo)).any(axis=2)
        assert got["outside_changed"] == 0
        assert changed[160:230, 60:120].mean() > 0.9
        assert not changed[:150].any()
        assert not changed[:, 135:].any()
        masks.append(pixels(got["mask"]))
    assert np.array_equal(masks[0], masks[1])


def test_a_mask_of_everything_is_confirmed_in_the_next_call(shell: Shell) -> None:
    Image.new("L", (450, 300), 255).save(shell.folder / "white.png")
    asked = shell.here("edit", shell.photo, "brighten this", "--mask", shell.folder / "white.png", "--json")
    assert asked.exit_code == 3
    error = json.loads(asked.stdout)["error"]
    assert error["kind"] == "needs_clarification"
    assert [candidate["label"] for candidate in error["candidates"]] == ["whole picture"]
    answered = shell.here("edit", "--continue", "yes", "-o", shell.folder / "bright.png")
    assert answered.exit_code == 0, answered.output
    assert (pixels(shell.folder / "bright.png") != pixels(shell.photo)).any(axis=2).all()


@pytest.mark.parametrize("upright", [True, False])
def test_a_mask_made_on_either_side_of_a_turned_photo(shell: Shell, upright: bool) -> None:
    photo, mask = shell.folder / "turned.jpg", shell.folder / "mask.png"
    with Image.open(shell.photo) as image:
        exif = Image.Exif()
        exif[0x0112] = 6
        image.save(photo, quality=95, exif=exif)
    lying = Image.new("L", (450, 300))
    ImageDraw.Draw(lying).rectangle((180, 30, 260, 120), fill=255)
    (lying.transpose(Image.Transpose.ROTATE_270) if upright else lying).save(mask)
    out = shell.folder / "out.png"
    done = shell.here("edit", photo, "make this black and white", "--mask", mask, "-o", out)
    assert done.exit_code == 0, done.output
    edited = np.asarray(Image.open(out).convert("RGB").transpose(Image.Transpose.ROTATE_90)).astype(int)
    spread = np.ptp(edited, axis=2)
    assert spread[60:100, 200:240].max() <= 6
    assert np.median(spread[160:220, 60:100]) > 100


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("none.png", "make it warmer"), 2, "bad_input"),
        (("truncated.png", "make it warmer"), 2, "bad_input"),
        (("text.png", "make it warmer"), 2, "bad_input"),
        (("balls.png", "make it warmer", "-o", "out.tiff"), 2, "bad_input"),
        (("balls.png", "remove this", "--mask", "black.png"), 3, "needs_clarification"),
        (("balls.png", "remove this", "--mask", '{"box": [10, 20, 30]}'), 2, "bad_input"),
        (("balls.png", "remove this", "--mask", '{"points": [[9000, 20]]}'), 2, "bad_input"),
        (("balls.png", "remove this", "--mask", "none.json"), 2, "bad_input"),
        (("balls.png", "remove this", "--mask", "small.png"), 2, "bad_input"),
        (("balls.png", "make it warmer", "--backend", "magic"), 2, "bad_input"),
        (("balls.png", "florble the wug"), 3, "needs_clarification"),
        (("balls.png", ""), 3, "needs_clarification"),
        (("balls.png", "remove the green triangle"), 3, "not_grounded"),
        (("balls.png", "replace the blue square with a photorealistic lighthouse"), 5, "backend_missing"),
        (("balls.png", "remove the blue square", "--backend", "lama"), 5, "backend_missing"),
        (("--continue", "undo"), 2, "bad_input"),
        (("balls.png",), 2, "bad_input"),
        ((), 2, "bad_input"),
    ],
    ids=str,
)
def test_errors_have_a_sentence_and_a_code_and_write_nothing(
    shell: Shell, arguments: tuple[str, ...], code: int, kind: str
) -> None:
    (shell.folder / "truncated.png").write_bytes(shell.photo.read_bytes()[:3000])
    (shell.folder / "text.png").write_text("not a picture")
    Image.new("L", (450, 300)).save(shell.folder / "black.png")
    Image.new("L", (64, 90), 255).save(shell.folder / "small.png")
    there = shell.files()
    paths = [str(shell.folder / word) if word.endswith((".png", ".tiff")) else word for word in arguments]
    asked = shell.here("edit", *paths, "--json")
    assert asked.exit_code == code, asked.output
    described = json.loads(asked.stdout)["error"]
    assert described["kind"] == kind
    assert len(described["message"]) > 10
    said = shell.here("edit", *paths)
    assert said.exit_code == code
    assert "Traceback" not in said.output
    assert described["message"] in " ".join(said.output.split())
    assert shell.files() == there


def test_what_nobody_foresaw_is_a_sentence_and_a_log(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("somewhere deep")

    monkeypatch.setattr("engine.editor.Editor.edit", broken)
    there = shell.files()
    done = shell.here("edit", shell.photo, "make it warmer")
    assert done.exit_code == 5
    assert "Traceback" not in done.output
    assert "somewhere deep" not in done.output
    assert "somewhere deep" in (shell.folder / "home" / "errors.log").read_text()
    assert shell.files() == there


def test_a_full_disk_is_a_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    there = shell.files()
    monkeypatch.setattr("bot.surfaces.terminal.outcome.write_atomically", full)
    done = shell.here("edit", shell.photo, "make it warmer")
    assert done.exit_code == 5
    assert "disk" in done.output
    assert shell.files() == there


def test_jpeg_out_says_that_it_is_lossy(shell: Shell) -> None:
    got = shell.json("edit", shell.photo, "make it warmer", "-o", shell.folder / "small.jpg")
    assert any("JPEG" in warning for warning in got["warnings"])


def test_plan(shell: Shell) -> None:
    got = shell.json("plan", "make the red ball on the right green and remove the small dog")
    assert [operation["kind"] for operation in got["operations"]] == ["recolor", "remove"]
    assert got["operations"][0]["target"]["position"] == "right"
    assert shell.run("plan", "crop to square").stdout.strip()


def test_a_plan_that_is_a_question_exits_3(shell: Shell) -> None:
    assert shell.json("plan", "florble the wug", code=3)["operations"] == []
    assert shell.here("plan", "florble the wug").exit_code == 3


def test_forgotten_quotes_are_one_instruction(shell: Shell) -> None:
    out = shell.folder / "joined.png"
    assert "steps" not in shell.json("edit", shell.photo, "make", "it", "warmer", "-o", out)
    assert len(shell.json("edit", shell.photo, "warmer", "undo", "-o", out)["steps"]) == 2


def test_plan_reads_lines(shell: Shell) -> None:
    done = shell.run("plan", "-", "--json", stdin="make it warmer\nflorble the wug\n\ncrop to square\n")
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 4
    assert lines[1]["operations"] == []
    assert lines[1]["question"]


def test_plan_dialogue_has_no_line_for_a_blank(shell: Shell) -> None:
    done = shell.run("plan", "-", "--json", "--dialogue", stdin="make it brighter\na bit more\n\ncrop to square\n")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 3
    assert lines[1]["operations"][0]["property"] == "brightness"


def test_ground(shell: Shell) -> None:
    got = shell.json("ground", shell.photo, "the red balls", "-o", shell.folder / "mask.png")
    assert len(got["regions"]) >= 2
    mask = pixels(shell.folder / "mask.png")[:, :, 0] > 0
    assert mask[190, 80]
    assert mask[185, 365]
    assert not mask[75, 220]
    assert shell.json("ground", shell.photo, "the green triangle", code=3)["error"]["kind"] == "not_grounded"


def test_history_and_recipes(shell: Shell) -> None:
    shell.json("edit", shell.photo, "make it a bit warmer", "crop to square", "-o", shell.folder / "a.png")
    tree = shell.json("history", shell.photo, "--sheet", shell.folder / "tree.png")
    assert [revision["number"] for revision in tree["conversations"][0]["revisions"]] == [0, 1, 2]
    assert (shell.folder / "tree.png").exists()
    assert "crop to square" in shell.run("history").stdout
    recipe = shell.folder / "recipe.json"
    assert shell.run("recipe", "save", recipe).returncode == 0
    again = shell.json("recipe", "apply", recipe, shell.photo, "-o", shell.folder / "b.png")
    assert (pixels(again["image"]) == pixels(shell.folder / "a.png")).all()


def test_models_doctor_and_help(shell: Shell, real_data: Path) -> None:
    assert "not installed" in shell.run("models", "list").stdout
    weights = real_data.parent / "weights" / "yolox_nano.onnx"
    assert shell.run("models", "pull", "yolox-nano", "--from", weights).returncode == 0
    assert shell.json("models", "list")["models"][0]["installed"]
    assert shell.run("models", "verify").returncode == 0
    assert shell.run("models", "pull", "nothing").returncode == 2
    assert shell.run("doctor").returncode == 0
    assert "edit" in shell.run("--help").stdout


def test_ctrl_c_leaves_nothing_half_written(shell: Shell) -> None:
    big = shell.folder / "big.png"
    Image.open(shell.photo).resize((4500, 3000)).save(big, compress_level=1)
    there = shell.files()
    command = [
        sys.executable,
        "-m",
        "bot",
        "edit",
        str(big),
        "remove the blue square",
        "-o",
        str(shell.folder / "x.png"),
    ]
    process = subprocess.Popen(
        command, env=shell.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert shell.files() == there
    assert shell.run("history").returncode in (0, 2)


def test_heavy_libraries_wait_until_they_are_used(shell: Shell) -> None:
    code = (
        "import sys, bot.__main__\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'onnxruntime', 'cv2', 'numpy', 'sqlalchemy', 'rapidocr'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
