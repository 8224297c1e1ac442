"""Strangers' pictures are decoded elsewhere: whatever happens there, here it is only a damaged picture."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from engine.errors import BackendFailed, DamagedImage, EditError, ImageTooLarge, ImageTooSmall, TimedOut
from engine.imageio import Limits, decode, isolated
from engine.imageio.decode import decode_here
from engine.imageio.isolated import Child
from engine.imageio.isolated_child import YIELDING
from tests.engine.imageio.files_made import SMALL_HEIC, exif, png16, saved, scene

LIMITS = Limits()


@pytest.fixture(scope="module")
def real() -> Iterator[Child]:
    with Child() as child:
        yield child


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


PHOTO = PillowImage.fromarray(scene(80, 100))
FILES = {
    "JPEG": saved(PHOTO, "JPEG", exif=exif(6)),
    "CMYK": saved(PHOTO.convert("CMYK"), "JPEG"),
    "16-bit with opacity": png16(scene(64, 70, 4).astype(np.uint16) * 257),
    "bad profile": saved(PHOTO, "PNG", icc_profile=b"nonsense" * 40),
    "animated": saved(PHOTO, "GIF", save_all=True, append_images=[PHOTO.rotate(90)]),
    "turned WebP with opacity": saved(PillowImage.fromarray(scene(64, 90, 4)), "WEBP", lossless=True, exif=exif(8)),
    "BMP": saved(PHOTO, "BMP"),
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_what_comes_back_is_what_this_process_decodes(real: Child, data: bytes) -> None:
    here = decode_here(data, LIMITS)
    there = real.decode(data, here.format, LIMITS)
    np.testing.assert_array_equal(there.picture.rgb, here.picture.rgb)
    assert (there.picture.opacity is None) == (here.picture.opacity is None)
    if there.picture.opacity is not None and here.picture.opacity is not None:
        np.testing.assert_array_equal(there.picture.opacity, here.picture.opacity)
    assert (there.notices, there.orientation) == (here.notices, here.orientation)


BAD: dict[str, tuple[bytes, Limits]] = {
    "truncated": (saved(PHOTO, "JPEG")[:900], LIMITS),
    "too many pixels": (SMALL_HEIC, Limits(pixels=6000)),
    "too small": (SMALL_HEIC, Limits(minimum_side=65)),
    "too many bytes": (SMALL_HEIC, Limits(file_bytes=99)),
    "cut HEIC": (SMALL_HEIC[:-200], LIMITS),
}


@pytest.mark.parametrize(("data", "limits"), BAD.values(), ids=BAD.keys())
def test_errors_come_back_as_they_are_here(real: Child, data: bytes, limits: Limits) -> None:
    with pytest.raises(EditError) as here:
        decode_here(data, limits)
    with pytest.raises(EditError) as there:
        real.decode(data, "JPEG" if data[0] == 0xFF else "HEIC", limits)
    assert type(there.value) is type(here.value)
    assert there.value.args == here.value.args
    assert real.ended is None


def test_a_child_has_nothing_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc")
    monkeypatch.setenv("RETOUCH_DISCORD__TOKEN", "secret")
    ours, theirs = os.pipe()
    os.set_inheritable(theirs, True)
    with Child() as child:
        pid = child.pid
        known = Path(f"/proc/{pid}/environ").read_bytes()
        files = [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]
        assert b"secret" not in known
        assert b"HOME" not in known.replace(b"PYTHONHOME", b"")
        assert sum("pipe:" in file for file in files) == 2
        assert {file for file in files if "pipe:" not in file} == {os.devnull}
        assert os.getsid(pid) == pid
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + YIELDING)
    os.close(ours)
    os.close(theirs)
    assert not Path(f"/proc/{pid}").exists()


def test_memory_is_bounded_by_the_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    greedy = """
import mmap
from engine.imageio import isolated_child
real = isolated_child.decode_here
def decode_here(data, limits, told):
    taken = mmap.mmap(-1, 2 << 30)
    return real(data, limits, told)
isolated_child.decode_here = decode_here
isolated_child.main()
"""
    stub(monkeypatch, tmp_path, greedy)
    with Child() as child:
        assert child.decode(SMALL_HEIC, "HEIC", Limits(pixels=80_000_000)).format == "HEIC"
        with pytest.raises(DamagedImage):
            child.decode(SMALL_HEIC, "HEIC", Limits(pixels=1_000_000))


def test_a_child_does_not_outlive_its_parent() -> None:
    script = (
        "import os, time; from engine.imageio.isolated import Child;"
        " print(Child().pid, flush=True); os.kill(os.getpid(), 9)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
    assert parent.returncode == -9
    assert gone(pid)


def test_a_child_that_hangs_ends_itself_without_its_parent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hanging = """
import hashlib
from engine.imageio import isolated_child
isolated_child.SECONDS = -0.3
isolated_child.decode_here = lambda data, limits, told: hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
isolated_child.main()
"""
    stub(monkeypatch, tmp_path, hanging)
    with Child(seconds=30) as child, pytest.raises(DamagedImage):
        child.decode(SMALL_HEIC, "HEIC", Limits(pixels=500_000))
    assert child.ended == -signal.SIGALRM


def gone(pid: int, within: float = 20) -> bool:
    give_up = time.monotonic() + within
    while time.monotonic() < give_up:
        try:
            os.kill(pid, 0)
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    path = tmp_path / "child.py"
    path.write_text(script)
    monkeypatch.setattr(isolated, "CHILD", path)
    monkeypatch.setattr(isolated, "ROOT", Path(__file__).parents[3])


READY = """
import sys, time, json, os
print('{"ready": true}', flush=True)
asked = json.loads(sys.stdin.buffer.readline())
"""
READ = "sys.stdin.buffer.read(asked['bytes'])\n"
SIZE = 'print(\'{"height": 64, "width": 64}\', flush=True)\n'
ANSWER = 'print(\'{"height": 64, "width": 64, "opacity": false, "notices": [], "orientation": 1}\', flush=True)\n'
HANGS = {
    "before it reads": READY + "time.sleep(60)",
    "before it answers": READY + READ + "time.sleep(60)",
    "while it decodes": READY + READ + SIZE + "time.sleep(60)",
    "while it sends": READY + READ + SIZE + ANSWER + "print('x' * 99, flush=True); time.sleep(60)",
}


@pytest.mark.parametrize("script", HANGS.values(), ids=HANGS.keys())
def test_a_hang_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    stub(monkeypatch, tmp_path, script)
    start = time.monotonic()
    with Child(seconds=0.7) as child:
        with pytest.raises(DamagedImage):
            child.decode(SMALL_HEIC + bytes(1 << 20), "HEIC", LIMITS)
        assert child.ended is not None
    assert time.monotonic() - start < 30


CRASHES = {
    "at once": READY + "sys.exit(1)",
    "by a signal": READY + READ + "os.abort()",
    "with nonsense": READY + READ + "print('nonsense')",
    "with a list": READY + READ + "print([])",
    "with a line that never ends": READY + READ + "print('9' * (1 << 22))",
    "with too little": READY + READ + SIZE + ANSWER + "print('x' * 100)",
    "with an error that is none": READY + READ + 'print(\'{"error": "SystemExit", "facts": []}\')',
    "with facts that do not fit": READY + READ + 'print(\'{"error": "ImageTooSmall", "facts": [1]}\')',
    "with a notice that is none": READY + READ + SIZE + ANSWER.replace("[]", '["x"]') + "print('x' * 12288)",
}


@pytest.mark.parametrize("script", CRASHES.values(), ids=CRASHES.keys())
def test_a_crash_is_a_damaged_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    stub(monkeypatch, tmp_path, script)
    with pytest.raises(DamagedImage) as caught:
        decode(SMALL_HEIC)
    assert caught.value.found == "HEIC"


@pytest.mark.parametrize("line", [SIZE, SIZE + ANSWER])
@pytest.mark.parametrize(("lie", "error"), [("900000", ImageTooLarge), ("-64", ImageTooSmall)])
def test_a_lie_about_the_size_costs_no_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, lie: str, error: type[EditError]
) -> None:
    before, _, last = line.rpartition('"width": 64')
    stub(monkeypatch, tmp_path, READY + READ + before + f'"width": {lie}' + last + "time.sleep(60)")
    with Child() as child:
        with pytest.raises(error):
            child.decode(SMALL_HEIC, "HEIC", LIMITS)
        assert child.ended is not None


def test_no_child_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub(monkeypatch, tmp_path, "import sys; sys.exit(1)")
    with pytest.raises(TimedOut):
        decode(SMALL_HEIC)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with pytest.raises(BackendFailed):
        decode(SMALL_HEIC)
