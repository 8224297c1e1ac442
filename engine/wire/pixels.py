"""Pictures and masks as blobs: what stands for them in JSON, and the way there and back."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from engine.blobs import BlobLost
from engine.data import Mask, Picture
from engine.errors import EditError
from engine.imageio import Limits, decode, encode
from engine.operations import Record

PictureForm: TypeAlias = Literal["raw", "png"]
"""How a blob holds a picture: uint8 samples in C order, the opacity as a fourth plane; or a PNG file, for stores that
are far away."""
Side: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]


class Exchange(Protocol):
    """A store of blobs, as far as pixels need it; `engine.blobs.Blobs` is one."""

    def put(self, data: bytes, *, durable: bool = True) -> str:
        """The sha256 under which the bytes now are. Raises: StorageFailed."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes again. Raises: BlobLost where they are missing or others."""
        ...


class PixelsRef(Record):
    """A picture or a mask that lies in an exchange."""

    blob: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """The sha256 of its bytes."""
    height: Side
    width: Side
    planes: Literal[1, 3, 4]
    """1: a mask; 3: a picture; 4: a picture with its opacity."""
    form: PictureForm | Literal["bits"] = "raw"
    """bits: a mask of one bit a pixel, row after row without gaps, the first in the highest bit (`numpy.packbits`)."""

    @model_validator(mode="after")
    def _one_or_the_other(self) -> PixelsRef:
        if (self.planes == 1) != (self.form == "bits"):
            raise ValueError("masks, and only they, are bits")
        return self


def put_picture(exchange: Exchange, picture: Picture, form: PictureForm = "raw") -> PixelsRef:
    """The picture, put into the exchange. Raises: StorageFailed."""
    data = encode(picture, "png") if form == "png" else _samples(picture).tobytes()
    planes = 3 if picture.opacity is None else 4
    blob = exchange.put(data, durable=False)
    return PixelsRef(blob=blob, height=picture.height, width=picture.width, planes=planes, form=form)


def put_mask(exchange: Exchange, mask: Mask) -> PixelsRef:
    """The (H, W) mask, put into the exchange. Raises: StorageFailed."""
    blob = exchange.put(np.packbits(mask).tobytes(), durable=False)
    return PixelsRef(blob=blob, height=mask.shape[0], width=mask.shape[1], planes=1, form="bits")


def get_picture(exchange: Exchange, ref: PixelsRef) -> Picture:
    """The picture, in arrays that may be written to. Raises: BlobLost, also where the blob is no such picture."""
    data = exchange.get(ref.blob)
    if ref.form == "png":
        return _decoded(data, ref)
    if ref.planes == 1 or len(data) != ref.height * ref.width * ref.planes:
        raise _not_as_told(ref)
    samples = np.frombuffer(data, np.uint8).reshape(ref.height, ref.width, ref.planes)
    opacity = samples[:, :, 3].copy() if ref.planes == 4 else None
    return Picture(samples[:, :, :3].copy(), opacity)


def get_mask(exchange: Exchange, ref: PixelsRef) -> Mask:
    """The (H, W) mask. Raises: BlobLost, also where the blob is no such mask."""
    data = exchange.get(ref.blob)
    pixels = ref.height * ref.width
    if ref.planes != 1 or len(data) != -(-pixels // 8):
        raise _not_as_told(ref)
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=pixels)
    return bits.view(np.bool_).reshape(ref.height, ref.width)


def _samples(picture: Picture) -> NDArray[np.uint8]:
    return picture.rgb if picture.opacity is None else np.dstack([picture.rgb, picture.opacity])


def _decoded(data: bytes, ref: PixelsRef) -> Picture:
    limits = Limits(pixels=ref.height * ref.width, file_bytes=len(data), minimum_side=1)
    try:
        picture = decode(data, limits).picture
    except EditError as exc:
        raise _not_as_told(ref) from exc
    if (picture.height, picture.width, picture.opacity is not None) != (ref.height, ref.width, ref.planes == 4):
        raise _not_as_told(ref)
    return picture


def _not_as_told(ref: PixelsRef) -> BlobLost:
    return BlobLost(
        ref.blob, f"not the {ref.height} x {ref.width} x {ref.planes} pixels, {ref.form}, that it should be"
    )
