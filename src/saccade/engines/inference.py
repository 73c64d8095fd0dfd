"""Inference: a network that is run without training it, by the fastest engine that fits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import torch

from saccade.engines.folded_network import FoldedNetwork
from saccade.engines.folding import settings_of
from saccade.engines.openvino_network import OpenVinoNetwork, has_openvino
from saccade.engines.sloped_network import run_with_slopes
from saccade.graph import Network, Symbol
from saccade.layers import DepthwiseConv2D, Lambda, SeparableConv2D
from saccade.layers.operations.operation import Operation
from saccade.notes import note_once
from saccade.numerics.machine.memory_faults import ran_out

SMALL, SAMPLE = 4096, 64  # numbers of a weight that is looked at whole, and of a larger one
WORTH_IMAGES = 400  # from so many on, OpenVINO earns back the seconds that it takes to compile
WORTH_DEPTHWISE = 4000  # likewise; torch has won so far (docs/performance.md), so it is tried late
DEPTHWISE = (DepthwiseConv2D, SeparableConv2D)
WORTH_CHANGING = 0.95  # of torch's seconds: an engine that needs more than that is no faster


class Inference:
    """A network of one input and one output; folded when it first runs.

    A weight that changes later is seen: the network is folded again. torch counts most changes;
    those that it does not, and changed settings, are seen by `look_again`.

    Args:
        network: without models inside it.
        images: about how many will be run; decides what is worth preparing.
        dtype: in which to compute; None for the layers' own.
        measures: whether an engine has to prove faster than torch on the first batch that it gets,
            once; results that must be the same bits in every run are for the first that fits.
    """

    def __init__(
        self,
        network: Network,
        images: int = 0,
        dtype: torch.dtype | None = None,
        measures: bool = False,
    ):
        self.network, self.images, self.measures = network, images, measures
        self._dtype = dtype or common_dtype(network)
        self._folded: FoldedNetwork | None = None
        self._fast: Any = None  # the folded network in the engine of this name, or itself
        self._fast_is = ""
        self._won: dict[str, bool] = {}  # by the name of an engine: how its trial ended
        self._counts: Any = None
        self._looked_at: Any = None

    @property
    def engine(self) -> str:
        """The name of the first engine that fits, or "layers" for what cannot be folded."""
        return "layers" if self._dtype is None else self._engine()[0]

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The output for a batch, for reading only."""
        engine = self.engine_for(x)
        if engine is None:
            run = run_with_slopes if self.network.takes_gradients else Network.run
            with torch.no_grad():
                return run(self.network, x, lambda value, symbol: value)
        return engine(x)

    def engine_for(
        self, x: torch.Tensor, on_torch: bool = False
    ) -> Callable[[torch.Tensor], torch.Tensor] | None:
        """What computes the output for a batch; None where only the layers give what they give.

        That is where nothing can be folded, and where numbers are not finite or may become so:
        folded layers can make zero of a NaN.

        Args:
            on_torch: no other engine, so that losses find what layers note in their outputs.
        """
        if self._dtype is None or not _is_finite(x):
            return None
        counts = _counts(self._weights())
        if self._folded is None or self._counts != counts:
            folded = FoldedNetwork(self.network, self._dtype, x.device)
            self._folded, self._counts, self._fast = folded, counts, None
        folded = self._folded
        if not folded.is_tame:
            return None
        if on_torch:
            return folded
        name, made = self._engine()
        if self._fast is None or self._fast_is != name:
            self._fast, self._fast_is = self._fastest(name, made, folded, x), name
        return self._fast

    def look_again(self) -> None:
        """To be called before a run: forget what was folded before a change since the last one."""
        state = self.state()
        if state != self._looked_at:
            self._folded, self._looked_at = None, state

    def state(self) -> Any:
        """Differs after a weight or a setting has changed; milliseconds."""
        weights = self._weights()
        return _counts(weights), _sample(weights), settings_of(self.network)

    def _engine(self) -> tuple[str, Any]:
        return next(
            (name, made) for name, fits, made in ENGINES if self._won.get(name, True) and fits(self)
        )

    def _fastest(self, name: str, made: Any, folded: FoldedNetwork, x: torch.Tensor) -> Any:
        if made is None:
            return folded
        fast = made(folded)
        try:
            fast(x)
        except Exception as fault:  # whatever it can't do, torch can
            if ran_out(fault):
                raise
            first = (str(fault).splitlines() or [""])[0]
            note_once(
                f"{made.title} cannot run this network, so torch does: {first}",
                key="the engine cannot run a network",
            )
            self._won[name] = not self.measures
            return folded
        if self.measures and name not in self._won:
            self._won[name] = seconds(fast, x) < WORTH_CHANGING * seconds(folded, x)
            return fast if self._won[name] else folded
        return fast

    def _weights(self) -> list[Any]:
        return [weight for layer in self.network.layers for weight in layer.weights]


def seconds(run: Callable[[torch.Tensor], Any], x: torch.Tensor) -> float:
    """How long an engine takes for a batch."""
    began = time.perf_counter()
    run(x)
    return time.perf_counter() - began


def _fits_openvino(inference: Inference) -> bool:
    """Whether OpenVINO may run a network, and earns back the seconds that it takes to compile."""
    network = inference.network
    worth = WORTH_IMAGES
    if any(isinstance(layer, DEPTHWISE) for layer in network.layers):
        worth = WORTH_DEPTHWISE if inference.measures else math.inf
    return (
        inference._dtype is torch.float32
        and inference.images >= worth
        and network.input_symbols[0].dtype == "float32"
        # It runs what it once saw done: a branch in code of the user's would be a constant.
        and all(map(is_known, network.layers))
        and all(weight.device.type == "cpu" for weight in inference._weights())
        and has_openvino()
    )


# For each engine its name, whether it fits an `Inference`, and the class that is made of a
# FoldedNetwork and has a `title` for messages; None is the folded network itself, on torch, which
# takes everything. The first that fits runs; `IMAGES_OF_ENGINES` are numbers of images that bring
# each of them to its turn.
ENGINES: tuple[tuple[str, Callable[[Inference], bool], Any], ...] = (
    ("openvino", _fits_openvino, OpenVinoNetwork),
    ("torch", lambda inference: True, None),
)


IMAGES_OF_ENGINES = (0, WORTH_IMAGES)


def _is_finite(x: torch.Tensor) -> bool:
    return not x.is_floating_point() or bool(x.sum().isfinite())


def _counts(weights: list[Any]) -> Any:
    """What torch knows of changes, at no cost; `weight.data` goes past its counter."""
    return [(id(weight), weight._version, weight.device) for weight in weights]


def _sample(weights: list[Any]) -> bytes:
    """Some numbers of every weight, and all of the small ones, as moving statistics are."""
    with torch.no_grad():
        some = [weight.reshape(-1) for weight in map(as_it_lies, weights)]
        some = [one if len(one) <= SMALL else one[:: len(one) // SAMPLE] for one in some]
        return torch.cat([one.double() for one in some]).cpu().numpy().tobytes() if some else b""


def as_it_lies(weight: torch.Tensor) -> torch.Tensor:
    """The numbers in the order in which they lie in memory, which spares a copy."""
    weight = weight.detach()
    if weight.untyped_storage().nbytes() == weight.nbytes:
        return weight.as_strided((weight.numel(),), (1,))
    return weight


def is_known(layer: Any) -> bool:
    """Whether a layer and all functions in it are saccade's: what others do, nobody can tell."""
    functions = [one for one in vars(layer).values() if callable(one)]
    if isinstance(layer, Operation) and not layer.keeps_samples_apart:
        return False
    if type(layer) is Lambda or not type(layer).__module__.startswith("saccade."):
        return False
    return all(str(getattr(one, "__module__", "")).startswith("saccade.") for one in functions)


def adds_nothing(layer: Any) -> bool:
    """Whether a layer brings a loss no more than its output: no losses of its own, no masks."""
    return is_known(layer) and layer.activity_regularizer is None and not layer._makes_masks


def common_dtype(network: Network) -> torch.dtype | None:
    """The precision in which all layers compute; None where they differ, or one gives several
    arrays."""
    if not all(isinstance(node.outputs, Symbol) for node in network.calls):
        return None
    words = {node.layer.compute_dtype for node in network.calls}
    return getattr(torch, words.pop()) if len(words) == 1 else None
