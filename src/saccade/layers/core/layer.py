"""Layer: the part that every other is made of.

A layer is a `torch.nn.Module`. The user writes `build(input_shape)` and `call(x)`; `layer(x)` goes
through torch's `__call__` (so torch's hooks work) to `forward`, which builds on the first call,
casts, passes `training` on, and calls `call`.
"""

from __future__ import annotations

import inspect
import sys
import threading
from typing import Any

import torch

from saccade import regularizers
from saccade.errors import InvalidArgument, NotKnownYet
from saccade.graph import symbols_in, values_now
from saccade.layers.core.build_mark import marking_built
from saccade.layers.core.calls.assigned_weights import assigns_weights, weights_kept_apart
from saccade.layers.core.calls.call_arguments import (
    first_array,
    first_in_place,
    shape_names,
    shapes_by_name,
    training_by_place,
)
from saccade.layers.core.calls.call_losses import CallLosses
from saccade.layers.core.calls.call_scope import scope
from saccade.layers.core.calls.closed_symbols import WORD, call_with_closed
from saccade.layers.core.calls.prepared_inputs import PreparedInputs
from saccade.layers.core.calls.stateless_calls import StatelessCalls
from saccade.layers.core.calls.symbolic_calls import SymbolicCalls
from saccade.layers.core.checks import given_shape
from saccade.layers.core.custom_storage import CustomStorage
from saccade.layers.core.input_spec import check_inputs, dtypes_of
from saccade.layers.core.keras1_words import LayerType
from saccade.layers.core.masks import MaskPassing, names_of
from saccade.layers.core.output_shapes import shape_of, symbols_of, traced_shape
from saccade.layers.core.own_arguments import arguments_of, default_config, made_again
from saccade.layers.core.private_hooks import refuse_private_hooks
from saccade.layers.core.weight_holder import WeightHolder
from saccade.names import auto_name, brought_by, snake_case
from saccade.notes import note_old_word
from saccade.numerics.machine.allocator import keep_freed_memory
from saccade.records import to_record
from saccade.user_names import inner_values, set_inside

_build_lock = threading.RLock()  # several threads may predict with a model that is not built yet


class Layer(
    CustomStorage,
    SymbolicCalls,
    PreparedInputs,
    StatelessCalls,
    CallLosses,
    MaskPassing,
    WeightHolder,
    metaclass=LayerType,
):
    """A function of arrays with weights.

    Args:
        name: unique within a model; by default the class's name and a count ("conv2d_1").
        trainable: False freezes the weights.
        dtype: "float32", or a policy such as "mixed_bfloat16"; by default the global policy.
        autocast: whether floats of another precision are turned into that of the computation.
        input_shape: shape of one input, without the batch, for the first layer of a Sequential.
        batch_input_shape: the same with the batch.
        input_dim: the same for inputs of one axis.
        weights: arrays in the order of `get_weights()`, for when the layer is built.

    Source: `keras.layers.Layer`.
    """

    keras_module: str | None = None
    input_spec: Any = None  # what a layer of the user's says of its inputs
    _takes_training = False
    _training_place: int | None = None  # among the arguments of `call`, as Keras 2 gives it
    _assigns = False  # whether a class of the user's gives weights other values while it is called
    stands_for_operator = False  # made of `a + b`, and no layer that anybody wrote
    _building = False
    _built_shape: Any
    _given_shape: Any
    _lossy: dict[int, Any]

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **placement: Any,
    ):
        super().__init__(trainable)
        cls = type(self).__name__
        if isinstance(name, str) and "/" in name:
            note_old_word(
                f'{cls}(name="{name}"): names hold no slash since Keras 3; it becomes "_".',
                key="slash in a name",
            )
            name = name.replace("/", "_")
        if name is not None and (not isinstance(name, str) or not name):
            raise InvalidArgument(cls, "name must be a word", repr(name))
        chosen = str(name or auto_name(snake_case(cls)))
        self.name: str = sys.intern(chosen)  # scripts compare by `is`
        self.built = self._awaits_shape = self._is_built_when_made()
        self.autocast = autocast
        self.dtype_policy = dtype
        self._built_shape: Any = None
        set_inside(self, "nodes", [])  # calls on symbols; no layers of this one
        self._given_shape = given_shape(self.where, placement, type(self))
        self._first_weights = placement.get("weights")
        if self._first_weights is not None:
            note_old_word(
                f"{cls}(weights=) is Keras 2's way: set_weights once the layer is built.",
                key="placement weights",
            )
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._call_losses: list[torch.Tensor] = []

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        refuse_private_hooks(cls, Layer)
        brought = brought_by(cls, Layer)
        cls._assigns |= assigns_weights(cls)
        if "call" in brought:
            parameters = [*inspect.signature(cls.call).parameters.values()]
            cls._takes_training = any(
                p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters
            )
            cls._call_names = names = names_of(parameters)
            if "_training_place" not in vars(cls):
                cls._training_place = names.index("training") if "training" in names else None
        if "compute_mask" in brought and not cls.__module__.startswith("saccade.layers."):
            cls.supports_masking = cls._makes_masks = True
        if "build" in brought:  # a user's build need not know that it has to say so
            cls._build_shapes = shape_names(cls.build, [*inspect.signature(cls.call).parameters])
            cls.build = marking_built(brought["build"])
        if "compute_output_shape" in brought:
            cls._output_shapes = shape_names(cls.compute_output_shape)
            cls._has_no_formula = False

    @classmethod
    def _is_built_when_made(cls) -> bool:
        """Whether there is nothing to build, so that the layer says at once that it is built; the
        first shape is looked at all the same. A user's `build` has something to make."""
        return cls._needs_no_build and cls.build.__module__.startswith("saccade.")

    # -- calling ---------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Create the weights for inputs of this shape (batch first, None for unknown)."""
        self.built = not self._building  # a subclass that calls this may have more to make

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The layer's function; written by each layer."""
        raise NotImplementedError(f"{self.where} has no call(): write one.")

    call.is_to_be_written = True  # type: ignore[attr-defined]

    def forward(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        # 1. What is training? This call says it, else the call around it, else the learning phase.
        if len(args) > 1 and self._training_place is not None:
            args, kwargs, training = training_by_place(self, args, kwargs, training)
        outer = scope.training
        if training is None:
            training = scope.phase if outer is None else outer
        # 2. The inputs. A single tensor of the right precision, as nearly every call has, is told
        #    by the cheapest test and passes as it is. Symbols have no values: the call is noted.
        #    All else becomes tensors on the weights' device, in the layer's precision.
        if len(args) == 1 and type(args[0]) is torch.Tensor and args[0].dtype is self._computes_in:
            pass
        else:
            if not args:
                args, kwargs = first_in_place(self, kwargs)
            if symbols_in((args, kwargs)):
                if (known := values_now()) is not None:
                    return known.call(self, args, {**kwargs, "training": training})
                return self.describe(args, kwargs, training)
            args = tuple(self._prepared(value) for value in args)
        if kwargs:
            if WORD in kwargs:
                return call_with_closed(self, args, kwargs, training)
            kwargs = {name: self._prepared_word(value) for name, value in kwargs.items()}
        # 3. The first inputs build the layer; a wrong shape is told before weights are made for it.
        if self.input_spec is not None:
            first = first_array(args, kwargs)
            check_inputs(self.where, self.input_spec, shape_of(first), dtypes_of(first))
        if not self.built or self._awaits_shape:
            if self._build_shapes:
                self.build_on(shapes_by_name(self, self._build_shapes, args, kwargs))
            else:
                self.build_for(first_array(args, kwargs))
        if training is not None and self._takes_training:
            kwargs["training"] = training
        # 4. What masks the inputs bring, where this process has seen one at all.
        brought: tuple[Any, Any] | None = None
        if MaskPassing.seen or self._makes_masks:
            kwargs, brought = self._masks_brought(args, kwargs)
        if self._assigns and torch.is_grad_enabled():
            with weights_kept_apart(self):
                return self._called(args, kwargs, training, outer, brought)
        return self._called(args, kwargs, training, outer, brought)

    def _called(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        training: bool | None,
        outer: bool | None,
        brought: tuple[Any, Any] | None,
    ) -> Any:
        # 5. The outermost call of a thread starts a new sum of losses; whoever calls it, freed
        #    memory is kept for the next one. A call inside it that changes nothing in the scope has
        #    nothing to set back, and goes the short way.
        outermost = scope.outermost
        if outermost is None:
            keep_freed_memory()
            scope.outermost = self
            self._forget_losses()
        elif training is outer and self.activity_regularizer is None and not self._is_mixed:
            y = self.call(*args, **kwargs)
            return y if brought is None else self._hand_on_masks(*brought, y)
        # 6. The call. Layers inside read the scope: what training is, and whether this layer's
        #    weights are seen cast, which ends inside a layer without a policy. It belongs to the
        #    thread and no module changes, so several threads may predict with one model; and it is
        #    set back where `call` fails too, or the next call would take itself for an inner one.
        casting = scope.casting
        scope.training, scope.casting = training, self if self._is_mixed else None
        try:
            y = self.call(*args, **kwargs)
            if self.activity_regularizer is not None:
                for part in y if isinstance(y, (list, tuple)) else (y,):
                    self.add_loss(self.activity_regularizer(part) / max(len(part), 1))
            return y if brought is None else self._hand_on_masks(*brought, y)
        finally:
            scope.training, scope.outermost, scope.casting = outer, outermost, casting

    # -- building --------------------------------------------------------------------------

    def build_for(self, inputs: Any) -> None:
        """Build on the shape of the first inputs."""
        self.build_on(shape_of(inputs))

    def build_on(self, input_shape: Any) -> None:
        """Build for a shape, once, and remember it."""
        if not self._build_shapes:
            check_inputs(self.where, self.input_spec, input_shape)
        # Weights made in inference mode could never be trained, and the first call may be predict.
        with _build_lock, torch.inference_mode(False):
            if not self.built or self._awaits_shape:
                self._awaits_shape = False
                several = self._build_shapes and isinstance(input_shape, dict)
                self.build(**input_shape) if several else self.build(input_shape)
                self.built = True
                if self._first_weights is not None:
                    self.set_weights(self._first_weights)
                    self._first_weights = None
            if self._built_shape is None:
                self._built_shape = input_shape

    # -- shapes ----------------------------------------------------------------------------

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for inputs of this shape.

        Layers of saccade compute it; for a user's layer the default runs `call` on zeros.

        Raises:
            NotImplementedError: a layer that has no `call`, either.
        """
        if hasattr(self.call, "is_to_be_written"):
            self.call()
        return traced_shape(self, (symbols_of(input_shape, "float32", ""),), {})

    @property
    def input_shape(self) -> Any:
        """The shape that the layer was built for, batch first."""
        if self._built_shape is None:
            raise NotKnownYet(
                self.where,
                "the input shape is known once the layer is built",
                None,
                "Give input_shape= or call the layer on data first.",
            )
        return self._built_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the output for the shape that the layer was built for."""
        shape = self.input_shape
        if isinstance(shape, dict):  # of a layer whose `build` takes shapes by name
            return self.compute_output_shape(**shape)
        return self.compute_output_shape(shape)

    # -- config ----------------------------------------------------------------------------

    @default_config
    def get_config(self) -> dict[str, Any]:
        """What is needed to make the layer again.

        For a class of the user's that does not write it, the arguments of `__init__`.

        Raises:
            NotRecorded: those are not numbers, words and nests of them.
        """
        penalty = regularizers.serialize(self.activity_regularizer)
        return {
            "name": self.name,
            **arguments_of(self),
            "trainable": self._trainable,
            "dtype": to_record(self.dtype_policy),
            **({} if penalty is None else {"activity_regularizer": penalty}),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        return made_again(cls, config)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes along: not the calls, which belong to models that are not copied."""
        state = dict(self.__dict__)
        inner_values(state, "_lossy").pop("_lossy", None)
        for name in ("nodes", "_call_losses"):
            inner_values(state, name)[name] = []
        return state

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"
