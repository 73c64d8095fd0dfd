"""TorchModuleWrapper: a module of torch's as a layer, whose weights are trained and saved."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument, NotSupported
from saccade.layers.core.layer import Layer
from saccade.layers.core.tracking import TrackedModule, wrappers
from saccade.numerics.machine.device import default_device
from saccade.variables import Variable

_MODULE = "module"


class TorchModuleWrapper(Layer):
    """A module of torch's as a layer: `fit` trains its weights, and files hold its whole state.

    A module that becomes an attribute of a layer or model is wrapped by itself.

    Args:
        module: with its weights; one of `torch.nn`'s lazy modules must have been called once. Its
            axes are torch's: images come as (batch, channels, height, width).
        name: of the layer.
        output_shape: with the batch, where no call is to find it out.

    Raises:
        InvalidArgument: no module of torch's, or one without its weights.

    Source: `keras.layers.TorchModuleWrapper`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        module: torch.nn.Module,
        name: str | None = None,
        output_shape: Any = None,
        **placement: Any,
    ):
        super().__init__(name=name, **placement)
        if not isinstance(module, torch.nn.Module) or _holds_ours(module):
            kind = type(module).__name__
            raise InvalidArgument(self.where, "module must be torch's alone", kind)
        if any(torch.nn.parameter.is_lazy(one) for one in module.parameters()):
            do = "Call it once on data."
            raise InvalidArgument(self.where, "module must have its weights", "a lazy one", do)
        self._modules[_MODULE] = module.to(default_device())
        self._shape_given = None if output_shape is None else tuple(output_shape)
        self._own_parameters(module)
        self.built = True

    def _own_parameters(self, module: torch.nn.Module) -> None:
        """Put weights of ours in the place of torch's, over the same numbers."""
        made: dict[int, Variable] = {}  # weights may be shared
        for place, part in module.named_modules():
            for key, weight in part._parameters.items():
                if weight is None:
                    continue
                if id(weight) not in made:
                    name = f"{place}.{key}" if place else key
                    moves = weight.requires_grad
                    own = Variable(weight.detach(), moves and self._trainable, name)
                    own.path = f"{self.name}/{name}"
                    made[id(weight)] = own
                    (self._weights_trained if moves else self._weights_kept).append(own)
                part._parameters[key] = made[id(weight)]

    def call(self, *inputs: Any, training: bool | None = None, **kwargs: Any) -> Any:
        self.module.train(bool(training))
        return self.module(*inputs, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        given = self._shape_given
        return super().compute_output_shape(input_shape) if given is None else given

    def save_own_variables(self, store: Any) -> None:
        """Put the module's whole state into a store: averages that no training moves, too."""
        for key, value in self.module.state_dict().items():
            store[key] = value.detach().cpu().numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the module's state from a store that `save_own_variables` filled.

        Raises:
            RuntimeError: of torch's, where keys or shapes do not fit.
        """
        state = {str(key): torch.as_tensor(store[key][()]) for key in list(store)}
        self.module.load_state_dict(state)

    def get_config(self) -> dict[str, Any]:
        """The arguments; of the module its class alone, as a module is code."""
        kind = type(self.module)
        said = f"{kind.__module__}.{kind.__qualname__}"
        return {**super().get_config(), _MODULE: said, "output_shape": self._shape_given}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Refused, as a file that could bring a module could bring any code.

        Raises:
            NotSupported: always.
        """
        raise NotSupported(
            f'TorchModuleWrapper "{config.get("name")}"',
            "a file holds the weights of a module of torch's, and no code",
            str(config.get(_MODULE)),
            "Make the model by its own lines, then call load_weights on the file.",
        )


def _wrapped(module: torch.nn.Module) -> TorchModuleWrapper | None:
    """A module of torch's as a layer; None for what cannot be called, or holds layers of ours."""
    if isinstance(module, (torch.nn.ModuleList, torch.nn.ModuleDict)) or _holds_ours(module):
        return None
    return TorchModuleWrapper(module)


def _holds_ours(module: torch.nn.Module) -> bool:
    return any(isinstance(one, TrackedModule) for one in module.modules())


wrappers.append(_wrapped)
