"""What passes between the bot and an engine that runs elsewhere: JSON, and pixels beside it as blobs by their sha256.

An order goes out in one JSON object; what becomes of it comes back as frames, one JSON object a line. Pixels lie in an
*exchange*: a store of blobs that both sides see.
"""

from engine.wire.failures import Failure, failure_of, raised
from engine.wire.frames import (
    MEDIA_TYPE,
    Alive,
    Done,
    Failed,
    Frame,
    Preview,
    Progressed,
    Question,
    Staged,
    line_of,
    read_frame,
)
from engine.wire.orders import EditOrder, order_of, request_of
from engine.wire.pixels import Exchange, PictureForm, PixelsRef
from engine.wire.results import Outcome, outcome_of, result_of

__all__ = [
    "MEDIA_TYPE",
    "Alive",
    "Done",
    "EditOrder",
    "Exchange",
    "Failed",
    "Failure",
    "Frame",
    "Outcome",
    "PictureForm",
    "PixelsRef",
    "Preview",
    "Progressed",
    "Question",
    "Staged",
    "failure_of",
    "line_of",
    "order_of",
    "outcome_of",
    "raised",
    "read_frame",
    "request_of",
    "result_of",
]
