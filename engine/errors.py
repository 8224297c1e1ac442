"""Everything that can go wrong with an edit, as one tree.

    EditError
    ├── BadInput                     bad_input            exit 2
    │   ├── PictureUnreadable        no such file, or no permission
    │   ├── UnsupportedImage         a format outside the allow-list
    │   ├── DamagedImage             truncated or corrupt bytes
    │   ├── ImageTooLarge            more pixels or bytes than the limit
    │   ├── ImageTooSmall            a side shorter than the limit
    │   ├── MaskMismatch             a mask that does not fit the picture
    │   ├── BadOption                a value outside its range
    │   ├── NoSuchRevision           an id, or a step, that the history lacks
    │   └── Withdrawn                its author took it back
    ├── NeedsClarification           needs_clarification  exit 3
    │   ├── NotUnderstood            no operation could be read
    │   ├── Ambiguous                several regions fit the words
    │   ├── MaskEmpty                a mask that selects nothing
    │   └── MaskWhole                a mask that selects everything
    ├── NotGrounded                  not_grounded         exit 3
    ├── Refused                      refused              exit 4
    ├── BackendMissing               backend_missing      exit 5
    │   └── ModelMissing             a model asked for by name is not on this machine
    └── BackendFailed                backend_failed       exit 5
        ├── DownloadFailed       a model's file did not arrive
        ├── AccessDenied         a model's files are given only to who accepted its licence
        ├── DamagedWeights       a model's file has the wrong hash
        ├── UnusableModel        a model's file cannot be read, or is of another kind
        ├── DiskFull             a model does not fit the disk
        ├── StorageFailed        the disk is full, or may not be written
        ├── OutcomeUnknown       the database vanished while it was told to commit
        ├── EngineLost           the engine's process died or hung; the edit may be tried again
        ├── OutOfMemory
        ├── TimedOut
        ├── Busy                 too much waits already, or somebody asks too often
        └── GaveUp               the engine died of it each time it was tried

An error carries facts, never a sentence: `bot.replies` holds the words, one entry a leaf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from engine.data import Region


class EditError(Exception):
    """An edit that did not happen; nothing was changed."""

    kind: ClassVar[str] = "backend_failed"
    exit_code: ClassVar[int] = 5


class BadInput(EditError):
    """What was handed in cannot be used."""

    kind = "bad_input"
    exit_code = 2


class PictureUnreadable(BadInput):
    """A file that is not there or may not be read."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnsupportedImage(BadInput):
    """Bytes whose format is outside the allow-list; `found` names it where it is known."""

    def __init__(self, found: str | None = None) -> None:
        super().__init__(found)
        self.found = found


class DamagedImage(BadInput):
    """Bytes of a known format that do not decode."""

    def __init__(self, found: str | None = None) -> None:
        super().__init__(found)
        self.found = found


class ImageTooLarge(BadInput):
    """More than the limit allows; `unit` is "pixels" or "bytes"."""

    def __init__(self, actual: int, limit: int, unit: str = "pixels") -> None:
        super().__init__(actual, limit, unit)
        self.actual, self.limit, self.unit = actual, limit, unit


class ImageTooSmall(BadInput):
    """A side shorter than `limit` px."""

    def __init__(self, height: int, width: int, limit: int) -> None:
        super().__init__(height, width, limit)
        self.height, self.width, self.limit = height, width, limit


class MaskMismatch(BadInput):
    """A mask of another shape than its picture; each shape is (height, width)."""

    def __init__(self, mask_shape: tuple[int, int], picture_shape: tuple[int, int]) -> None:
        super().__init__(mask_shape, picture_shape)
        self.mask_shape, self.picture_shape = mask_shape, picture_shape


class BadOption(BadInput):
    """A value that an operation or an option cannot take; `allowed` says what it can."""

    def __init__(self, name: str, value: object, allowed: str) -> None:
        super().__init__(name, value, allowed)
        self.name, self.value, self.allowed = name, value, allowed


class NoSuchRevision(BadInput):
    """A revision, or a step such as undo at the root, that the history does not have."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class Withdrawn(BadInput):
    """The author cancelled the edit before it was done."""


class NeedsClarification(EditError):
    """Only the author can say which; `question` is what to ask, `candidates` what to choose from."""

    kind = "needs_clarification"
    exit_code = 3

    def __init__(self, question: str, candidates: tuple[Region, ...] = ()) -> None:
        super().__init__(question)
        self.question, self.candidates = question, candidates


class NotUnderstood(NeedsClarification):
    """No operation could be read from the instruction."""


class Ambiguous(NeedsClarification):
    """Several regions fit `phrase` and no word chooses among them; `operation` counts from 0 in the plan."""

    def __init__(self, phrase: str, candidates: tuple[Region, ...], operation: int = 0) -> None:
        super().__init__(phrase, candidates)
        self.phrase, self.operation = phrase, operation


class MaskEmpty(NeedsClarification):
    """A mask that selects no pixel; the candidate, where there is one, is the whole picture."""

    def __init__(self, candidates: tuple[Region, ...] = ()) -> None:
        super().__init__("", candidates)


class MaskWhole(NeedsClarification):
    """A mask that selects (all but) every pixel; the candidate is the whole picture, for the author to confirm."""

    def __init__(self, candidates: tuple[Region, ...]) -> None:
        super().__init__("", candidates)


class NotGrounded(EditError):
    """Nothing in the picture fits `phrase`; `alternatives` are labels of what was found instead."""

    kind = "not_grounded"
    exit_code = 3

    def __init__(self, phrase: str, best_score: float = 0.0, alternatives: tuple[str, ...] = ()) -> None:
        super().__init__(phrase, best_score, alternatives)
        self.phrase, self.best_score, self.alternatives = phrase, best_score, alternatives


class Refused(EditError):
    """A policy forbids the edit; `policy` names it."""

    kind = "refused"
    exit_code = 4

    def __init__(self, policy: str) -> None:
        super().__init__(policy)
        self.policy = policy


class BackendMissing(EditError):
    """The edit needs a model or an extra that is not installed; `backend` as on the command line."""

    kind = "backend_missing"
    exit_code = 5

    def __init__(self, need: str, backend: str) -> None:
        super().__init__(need, backend)
        self.need, self.backend = need, backend


class ModelMissing(BackendMissing):
    """The model asked for by name or path is not on this machine."""

    def __init__(self, model: str, backend: str) -> None:
        super().__init__(f"the model “{model}”", backend)
        self.model = model


class BackendFailed(EditError):
    """A backend broke or gave something unusable."""

    def __init__(self, backend: str) -> None:
        super().__init__(backend)
        self.backend = backend


class DownloadFailed(BackendFailed):
    """A model's file did not arrive whole; what did is kept for the next try. `status`: what HTTP said, if it did."""

    def __init__(self, backend: str, status: int | None = None) -> None:
        super().__init__(backend)
        self.status = status


class AccessDenied(BackendFailed):
    """The hub gives a model only to people who accepted its licence at `page`; `known`: a token was sent along."""

    def __init__(self, backend: str, page: str, *, known: bool) -> None:
        super().__init__(backend)
        self.page, self.known = page, known


class DamagedWeights(BackendFailed):
    """A model's file does not have the catalogue's hash; it was not installed."""


class UnusableModel(BackendFailed):
    """A model's file that cannot be read, or is a model of another kind; `needed` says what would do."""

    def __init__(self, file: str, needed: str) -> None:
        super().__init__(file)
        self.file, self.needed = file, needed


class DiskFull(BackendFailed):
    """A model of which `needed` bytes are still to come does not fit the `free` bytes of the disk."""

    def __init__(self, needed: int, free: int) -> None:
        super().__init__("models folder")
        self.needed, self.free = needed, free


class StorageFailed(BackendFailed):
    """The history could not be written; what it had is as it was."""

    def __init__(self, backend: str = "history") -> None:
        super().__init__(backend)


class OutcomeUnknown(BackendFailed):
    """The database vanished while it was told to commit, and stays away: look whether it did before trying again."""


class EngineLost(BackendFailed):
    """The engine was gone before the edit was done: nothing came of it, and it may be tried again.

    `reason`, for the log: "unreachable", "busy", "died", "silent", "hung", "junk", "poisoned" (it must start afresh) or
    "blob" (pixels got lost on the way).
    """

    def __init__(self, reason: str) -> None:
        super().__init__("engine")
        self.reason = reason


class OutOfMemory(BackendFailed):
    """A backend ran out of memory, also on its low-memory retry."""


class TimedOut(BackendFailed):
    """A backend did not answer within `seconds`."""

    def __init__(self, backend: str, seconds: float) -> None:
        super().__init__(backend)
        self.seconds = seconds


class Busy(BackendFailed):
    """Nothing more is accepted just now, as `reason` says; it may be tried again in `seconds`."""

    def __init__(self, reason: Literal["queue", "member", "guild", "rate"], seconds: float, limit: int = 0) -> None:
        """limit: of what may wait at once, where that is the reason."""
        super().__init__(reason)
        self.reason, self.seconds, self.limit = reason, seconds, limit


class GaveUp(BackendFailed):
    """The engine's process died of the edit each of `attempts` times."""

    def __init__(self, attempts: int) -> None:
        super().__init__("engine")
        self.attempts = attempts
