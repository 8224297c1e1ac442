"""A network's weights in 8 bits, multiplied in 8 bits: half the memory of 16, and on GPUs that can more speed.

Each row of a weight has a scale of its own, and so has each row of what is multiplied with it, found as it comes:
nothing is calibrated. PyTorch does the rest (`scaled_mm`). What is painted changes a little: an entry of a product is
off by 3 to 4 percent of its size, as 3 bits of mantissa have it. Sources: Micikevicius et al., "FP8 Formats for Deep
Learning" (2022); the quantization guide of vLLM-Omni, by which all of FLUX.1's layers stand it.
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any, Final

from engine.errors import BadOption

MULTIPLE: Final = 16
"""What both sides of a matrix must be a multiple of, as the GPU's units want it."""
CAPABILITY: Final = (8, 9)
"""The first compute capability of NVIDIA's that multiplies in 8 bits: Ada's; Hopper and Blackwell are later ones."""
LARGEST: Final = 448.0
"""The largest number of e4m3, the format with more mantissa."""
SMALLEST: Final = 1e-12
"""A row's largest entry counts as at least this: a row of zeros has no scale."""
_IN_BLOCKS: Final = re.compile(r"(?:^|\.)(?:single_)?transformer_blocks\.\d+\.(?!.*(?:norm|_mod)).*\.weight$")
"""Names of the weights of attention and feed-forward. Not the layers before and after the blocks, nor what
modulates: every pixel hangs on them. What is left is 72 percent of FLUX.1, 85 of SDXL, 67 of Qwen-Image."""


def require_float8() -> None:
    """Raises: BadOption on a GPU that does not multiply in 8 bits, or not in this format."""
    torch: Any = import_module("torch")
    if torch.version.hip or torch.cuda.get_device_capability() < CAPABILITY:
        raise BadOption("generation.precision", "float8", "auto: this GPU does not multiply in 8 bits")


def is_quantised(name: str, shape: Sequence[int]) -> bool:
    """Whether `quantise` takes the weight of that name in the network, of that shape."""
    return len(shape) == 2 and not any(side % MULTIPLE for side in shape) and bool(_IN_BLOCKS.search(name))


def quantise(network: Any, device: str) -> None:
    """The large linear layers of the network's blocks are of 8 bits from now on, each where it lay before.

    device: where the scales are found, one layer at a time. LoRAs must be merged and projections fused already.
    """
    torch: Any = import_module("torch")
    float8_linear = _float8_linear()
    for name, layer in list(network.named_modules()):
        if type(layer) is torch.nn.Linear and is_quantised(f"{name}.weight", layer.weight.shape):
            network.set_submodule(name, float8_linear(layer, device))


@cache
def _float8_linear() -> Any:
    """The class of such a layer."""
    torch: Any = import_module("torch")
    functional: Any = torch.nn.functional
    by_row = functional.ScalingType.RowWise

    def in_float8(rows: Any) -> tuple[Any, Any]:
        """(n, k) numbers in 8 bits, and the (n, 1) float32 scales to multiply them with."""
        scales = rows.abs().amax(dim=1, keepdim=True).float().clamp(min=SMALLEST) / LARGEST
        return (rows.float() / scales).to(torch.float8_e4m3fn), scales

    class Float8Linear(torch.nn.Linear):  # pyright: ignore[reportUntypedBaseClass]
        """A linear layer with weights of 8 bits that rounds what comes in to 8 bits."""

        scales: Any

        def __init__(self, plain: Any, device: str) -> None:
            super().__init__(plain.in_features, plain.out_features, bias=False, device="meta")
            home = plain.weight.device
            weight, scales = in_float8(plain.weight.detach().to(device))
            self.weight = torch.nn.Parameter(weight.to(home), requires_grad=False)
            self.register_buffer("scales", scales.t().contiguous().to(home))
            self.bias = plain.bias

        def forward(self, features: Any) -> Any:
            rows, scales = in_float8(features.reshape(-1, self.in_features))
            product = functional.scaled_mm(
                rows, self.weight.t(), scales, by_row, self.scales, by_row,
                bias=self.bias, output_dtype=features.dtype, use_fast_accum=True,
            )  # fmt: skip
            return product.reshape(*features.shape[:-1], self.out_features)

        def _apply(self, fn: Any, recurse: bool = True) -> Any:
            # Only moved, for a network may be cast while it is moved, as for an IP-Adapter beside the original in use.
            device = fn(torch.empty(0, device=self.weight.device)).device
            self.weight.data, self.scales = self.weight.data.to(device), self.scales.to(device)
            if self.bias is not None:
                self.bias.data = fn(self.bias.data)
            return self

    return Float8Linear
