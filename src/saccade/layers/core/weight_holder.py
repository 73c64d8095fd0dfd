"""WeightHolder: the half of a layer that holds weights and sublayers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from saccade import constraints, dtype_policy, initializers, regularizers
from saccade.errors import InvalidArgument, ShapeError, StateError
from saccade.layers.core.calls.call_scope import scope
from saccade.layers.core.checks import refuse
from saccade.layers.core.tracking import TrackedModule, safe_key
from saccade.nests import leaves
from saccade.numerics.machine.device import default_device
from saccade.numerics.machine.random_streams import counters_of
from saccade.numerics.tensors.conversion import as_tensor
from saccade.old_add_weight import takes_name_first
from saccade.records import number_dtype
from saccade.user_names import set_inside
from saccade.variables import Variable
from saccade.weight_budget import charge_weight, weights_follow


class WeightHolder(TrackedModule):
    """Owns weights and layers, freezes them and copies their values."""

    built: bool
    _computes_in: torch.dtype = torch.float32
    _is_mixed = False
    _policy: dtype_policy.DTypePolicy
    # Of models; code that finds them asks every layer, and must not meet a user's.
    _graph_layers: Any
    _input: Any
    _network: Any
    _stack: Any
    _arguments: dict[str, Any] | None  # what a layer of the user's was made with
    _needs_no_build = False  # whether such a layer is built as soon as it is made, as in Keras
    _awaits_shape = False  # whether one of these has not seen a shape yet
    weightless = False  # layers that never have weights need not be built to be counted

    def __init__(self, trainable: bool):
        super().__init__()
        if not isinstance(trainable, (bool, np.bool_)):
            needed = "trainable must be True or False"
            raise InvalidArgument(type(self).__name__, needed, repr(trainable))
        self._trainable = bool(trainable)
        for weight in self._weights_trained:
            weight.requires_grad_(self._trainable)

    @property
    def device(self) -> torch.device:
        """Where the weights are; the default device for a layer without any."""
        first = next(self.parameters(), None)
        return default_device() if first is None else first.device

    @property
    def dtype_policy(self) -> Any:
        """The precision of the weights and of what is computed; a word may be assigned."""
        return self._policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        word = None if _is_ours(self) else dtype_policy.plain_word(value)
        policy = dtype_policy.get(value) if word is None else dtype_policy.DTypePolicy.plain(word)
        computes_in = getattr(torch, policy.compute_dtype)
        set_inside(self, "_policy", policy)
        set_inside(self, "_computes_in", computes_in)
        is_mixed = computes_in.is_floating_point and computes_in is not torch.float32
        set_inside(self, "_is_mixed", is_mixed)

    @property
    def metrics(self) -> list[Any]:
        """The metrics that this layer and those inside it hold as attributes.

        Source: `keras.layers.Layer.metrics`.
        """
        return self._metrics_held()

    def _metrics_held(self) -> list[Any]:
        found = [one for layer in (self, *self.sublayers_within()) for one in metrics_in(layer)]
        return list({id(metric): metric for metric in found}.values())

    @property
    def dtype(self) -> str:
        """That of the weights."""
        return self.dtype_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """That in which the layer computes, and that of what it gives."""
        return self.dtype_policy.compute_dtype

    @property
    def input_dtype(self) -> str:
        """That which inputs are cast to."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        return self.dtype_policy.variable_dtype

    @takes_name_first
    def add_weight(
        self,
        shape: Sequence[int] | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """A new weight of this layer.

        Args:
            shape: of the weight; () for a single number.
            initializer: a name, an object, or a function of the shape; by default Glorot's uniform,
                for a weight that is no float zeros.
            trainable: whether training changes it.
            autocast: whether `call` sees it in the precision of the computation.
            regularizer: a name or a function of the values, whose result is added to the loss.
            constraint: a name or a function of the values, applied after every step.
            name: its name within the layer ("kernel").
        """
        if overwrite_with_gradient or aggregation not in ("none", "mean"):
            refuse(self, overwrite_with_gradient=overwrite_with_gradient or aggregation)
        sizes = tuple(int(size) for size in (shape or ()))
        charge_weight(self.where, name or "variable", sizes)
        kept_in = self.variable_dtype if dtype is None else number_dtype(self.where, dtype)
        drawn = "glorot_uniform" if "float" in kept_in else "zeros"
        make = initializers.get(drawn if initializer is None else initializer)
        if weights_follow() and all(map(_is_ours, (self, make))):  # drawn for nobody
            strides = self._laid_out(torch.empty(sizes, device="meta")).stride()
            values = torch.zeros(math.prod(sizes)).as_strided(sizes, strides)
        else:
            values = as_tensor(make(sizes, dtype="float32"), dtype=torch.float32)
        if tuple(values.shape) != sizes:
            raise ShapeError(
                self.where, f"the initialiser must give shape {sizes}", str(tuple(values.shape))
            )
        penalty, rule = regularizers.get(regularizer), constraints.get(constraint)
        if kept_in != "float32":
            values = values.to(getattr(torch, kept_in))
            trainable = trainable and values.is_floating_point()  # torch moves nothing else
        variable = self._own(self._laid_out(values), trainable, name or "variable")
        variable.regularizer, variable.constraint = penalty, rule
        variable.autocast = autocast
        return variable

    add_variable = add_weight  # its name in Keras 2, too

    def _laid_out(self, values: torch.Tensor) -> torch.Tensor:
        """The layout in memory for a new weight; convolution has its own."""
        return values

    def _own(self, values: torch.Tensor, trainable: bool, name: str) -> Variable:
        variable = Variable(values.to(self.device), trainable and self._trainable, name)
        variable.path = f"{self.name}/{name}"
        mine = self._weights_trained if trainable else self._weights_kept
        mine.append(variable)
        # Registered here because it may never become an attribute; `__setattr__` moves it there.
        count = len(self._weights_trained) + len(self._weights_kept)
        self._parameters[safe_key("weight", count)] = variable
        return variable

    def sublayers(self) -> Iterator[WeightHolder]:
        """The layers directly inside this one, each once."""
        seen: set[int] = set()
        for module in self._modules.values():
            if isinstance(module, WeightHolder) and id(module) not in seen:
                seen.add(id(module))
                yield module

    def sublayers_within(self) -> Iterator[WeightHolder]:
        """All layers inside this one, at any depth, each once."""
        seen: set[int] = set()
        waiting = list(self.sublayers())
        while waiting:
            layer = waiting.pop(0)
            if id(layer) not in seen:
                seen.add(id(layer))
                yield layer
                waiting.extend(layer.sublayers())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training moves; none for a frozen layer.

        What a layer around it says of a layer inside counts until that layer is told otherwise:
        `backbone.trainable = False; backbone.layers[-1].trainable = True` trains the last one, as
        in Keras 3.
        """
        return [weight for weight in self.weights if weight.requires_grad and self._trainable]

    @trainable_weights.setter
    def trainable_weights(self, weights: Sequence[Any]) -> None:
        """Take these for weights of this layer, as layers of Keras 1 say what they have."""
        known = {id(weight) for weight in self.weights}
        for weight in weights:
            if id(weight) not in known:
                self._take(weight)

    def _take(self, weight: Any) -> None:
        """A weight made elsewhere (`K.variable`) as this layer's own."""
        weight.path = f"{self.name}/{weight.name}"
        self._weights_trained.append(weight)
        self._parameters[safe_key("weight", len(self._weights_trained))] = weight

    @property
    def non_trainable_weights(self) -> list[Variable]:
        trained = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self.weights if id(weight) not in trained]

    @property
    def weights(self) -> list[Variable]:
        """All weights in Keras's order: this layer's trained ones, its others, its sublayers'."""
        mine = [*self._weights_trained, *self._weights_kept]
        return _unique([*mine, *(w for s in self.sublayers() for w in s.weights)])

    @property
    def variables(self) -> list[Variable]:
        """The weights, and the state of each `SeedGenerator` that is an attribute."""
        return _unique([*self.weights, *self._seeds()])

    def _seeds(self) -> list[Variable]:
        return [one.state for one in counters_of((self, *self.sublayers_within()))]

    @property
    def trainable_variables(self) -> list[Variable]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        return _unique([*self.non_trainable_weights, *self._seeds()])

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for weight in self._weights_trained:
            weight.requires_grad_(self._trainable)
        for layer in self.sublayers():
            layer.trainable = value

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        if not self.built and not self.weightless:
            raise StateError(
                self.where,
                "the weights are counted once the layer is built",
                None,
                "Give input_shape= or call the layer on data first.",
            )
        return sum(math.prod(weight.shape) for weight in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the weights in Keras's order and layouts."""
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Copy values into the weights, given in the order of `get_weights()`.

        Raises:
            ShapeError: when the number of arrays or any shape differs; nothing is changed then.
            DataError: values that a weight's dtype cannot hold; likewise.
        """
        mine = self.weights
        needed = [tuple(weight.shape) for weight in mine]
        got = [tuple(np.shape(value)) for value in weights]
        if needed != got:
            raise ShapeError(self.where, f"set_weights needs shapes {needed}", str(got))
        # All become numbers before the first is changed.
        values = [as_tensor(one if torch.is_tensor(one) else np.asarray(one)) for one in weights]
        for weight, value in zip(mine, values, strict=True):
            if isinstance(weight, Variable):
                weight.check_holds(value)
        for weight, value in zip(mine, values, strict=True):
            weight.assign(value)

    def __getattr__(self, name: str) -> Any:
        try:
            found = super().__getattr__(name)
            if scope.casting is self and isinstance(found, Variable) and found.autocast:
                return found.to(self._computes_in)
            return found
        except AttributeError:
            # Python comes here too when a property raised AttributeError; torch would report that
            # the property does not exist. Ask it again, so that its own error is seen.
            found = next((vars(cls)[name] for cls in type(self).__mro__ if name in vars(cls)), None)
            if isinstance(found, property) and found.fget is not None:
                return found.fget(self)
            raise


def metrics_in(layer: Any) -> Iterator[Any]:
    """The metrics that a layer holds in attributes, alone or in lists and dicts."""
    for name, value in vars(layer).items():
        if is_metric(value) or (isinstance(value, (list, dict)) and name[0] != "_"):
            yield from (one for one in leaves(value) if is_metric(one))


def is_metric(value: Any) -> bool:
    """Whether something is a metric, whose classes stand beside the layers and not below."""
    return hasattr(type(value), "update_state") and hasattr(type(value), "reset_state")


def _unique(weights: list[Variable]) -> list[Variable]:
    return list({id(weight): weight for weight in weights}.values())


def _is_ours(thing: Any) -> bool:
    return type(thing).__module__.startswith("saccade.")
