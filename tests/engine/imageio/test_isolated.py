"""AVIF and HEIC are decoded elsewhere: whatever happens there, here it is only a damaged picture."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from engine.errors import DamagedImage, ImageTooLarge
from engine.imageio import Limits, decode, isolated
from tests.engine.imageio.files_made import SMALL_HEIC, saved, scene


def test_heic() -> None:
    decoded = decode(SMALL_HEIC)
    rows, columns = np.indices((64, 96))
    wanted = np.stack([columns * 2, rows * 3, np.full_like(rows, 90)], axis=-1)
    assert decoded.format == "HEIC"
    assert decoded.notices == ()
    assert np.abs(decoded.picture.rgb - wanted).mean() < 6


def test_avif_with_opacity() -> None:
    data = saved(PillowImage.fromarray(scene(70, 90, 4)), "AVIF", quality=90)
    picture = decode(data).picture
    wanted = np.asarray(PillowImage.open(io.BytesIO(data)))
    np.testing.assert_array_equal(np.dstack([picture.rgb, picture.opacity]), wanted)  # type: ignore[list-item]


def test_the_decoder_is_not_loaded_here() -> None:
    script = "import sys, engine.imageio; print([m for m in ('pi_heif', 'onnxruntime') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    path = tmp_path / "child.py"
    path.write_text("import sys, time\n" + script)
    monkeypatch.setattr(isolated, "CHILD", path)


STATED = '{"width": 64, "height": 64, "mode": "RGB", "animated": false, "orientation": 1, "profile": 0}'
HANGS = {
    "before it reads": "time.sleep(60)",
    "before it answers": "sys.stdin.buffer.read(); time.sleep(60)",
    "while it decodes": f"sys.stdin.buffer.read(); print('{STATED}', flush=True); time.sleep(60)",
}


@pytest.mark.parametrize("script", HANGS.values(), ids=HANGS.keys())
def test_a_hang_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    child(monkeypatch, tmp_path, script)
    start = time.monotonic()
    with pytest.raises(DamagedImage):
        isolated.decode_isolated(SMALL_HEIC + bytes(1 << 20), "HEIC", Limits(), seconds=0.7)
    assert time.monotonic() - start < 30


CRASHES = {
    "at once": "sys.exit(1)",
    "by a signal": "import os; sys.stdin.buffer.read(); os.abort()",
    "with nonsense": "print('nonsense')",
    "with too little": f"print('{STATED}'); print('x' * 100)",
    "with a lie": f"print('{STATED}'.replace('RGB', 'XYZ')); print('x' * 12288)",
}


@pytest.mark.parametrize("script", CRASHES.values(), ids=CRASHES.keys())
def test_a_crash_is_a_damaged_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    child(monkeypatch, tmp_path, script)
    with pytest.raises(DamagedImage) as caught:
        decode(SMALL_HEIC)
    assert caught.value.found == "HEIC"


def test_limits_hold_before_the_pixels_are_decoded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stated = STATED.replace('"width": 64', '"width": 900000')
    child(monkeypatch, tmp_path, f"sys.stdin.buffer.read(); print('{stated}', flush=True); time.sleep(60)")
    with pytest.raises(ImageTooLarge):
        decode(SMALL_HEIC)
