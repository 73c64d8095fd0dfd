"""User names: a name that Keras does not reserve is the user's, also where saccade uses it inside.

A class of the user's may say `self.nodes = 5`, or write a method `describe`, for Keras has no such
attribute; in saccade a layer has. Then the name has two meanings, and who asks decides: code of
saccade and of torch finds what it put there, all other code the user's. Nothing of it costs
anything before a name is taken: only the class of an object that has one looks at who asks.

`WORDS` are the names inside; those with an underscore are found by themselves. Arguments of Keras's
and what saccade adds for users (`model.class_names`) are no such names: there both mean the same.
"""

from __future__ import annotations

import functools
import sys
from types import FrameType
from typing import Any

WORDS: dict[str, str] = {
    "layers": """
        as_given as_images as_kernel build_for build_kernels build_on casts_integers changes
        channels_in channels_out check_input check_rank checked_share convolve describe device
        draw dropped factors fit forward from_bytes input_dtype input_shape
        integers_come_back joins_lists keeps_integers kept keras_module losses_of_call maps meet
        merge merged_shape
        metrics_variables nodes normal normalised output_shape over_rows own_weights padding_words
        path pool rank rest seen shape_after shape_for shape_with sides
        size_out sizes_in stands_for_operator stems steps stream strides_or_dilation sublayers
        sublayers_within to_bytes transform uniform weightless where""",
    "models": """
        compiled_loss compiled_metrics forward_at_rest from_revived input_names
        known_output_shape operations output_names""",
    "losses": "counted keras_module",
    "metrics": """
        add add_values best checked counted count decide given_thresholds grow held keras_module
        reader readers reads_logits residual restore squared_sum state sum sums values""",
    "optimizers": """
        applies_itself build_for built current_rate fused_on in_order keras_module make_slots
        misfits move partial_slots product restore side_by_side slots state step step_by_own_apply
        swap_averages updates_itself where""",
    "training": """
        before_validation draw_over ends_on_nan find_direction hears_last improves
        leave_run read restore say set_run state""",
    "initializers": "draw generator keras_module law",
    "torch": """
        _apply _call_impl _get_backward_hooks _get_backward_pre_hooks _get_name
        _load_from_state_dict _maybe_warn_non_full_backward_hook _named_members
        _register_load_state_dict_pre_hook _register_state_dict_hook _replicate_for_data_parallel
        _save_to_state_dict _slow_forward _wrapped_call_impl ipu mtia xpu
        add_module apply bfloat16 buffers children cpu cuda double eval extra_repr float get_buffer
        get_extra_state get_parameter get_submodule half load_state_dict modules named_buffers
        named_children named_modules named_parameters parameters register_backward_hook
        register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
        register_full_backward_pre_hook register_load_state_dict_post_hook
        register_load_state_dict_pre_hook register_module register_parameter
        register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
        set_submodule share_memory state_dict to to_empty train type zero_grad""",
}
"""By the package whose classes use them."""

PAIRS = (("make_slots", "move"), ("restore", "state"))
"""Methods that mean what saccade means by them where a class of the user's writes both."""

BESIDE = (("forward", "call"),)
"""Methods that are the user's beside another that says what saccade asks the first for. A class
without it is written as torch's modules are."""

_OF_KERAS = frozenset(
    {
        "_calculate_scores",
        "_clip_gradients",
        "_compute_attention",
        "_compute_attention_mask",
        "_direction",
        "_merge_function",
        "_moments",
        "_name",
    }
)
"""What a user sets for Keras to read: of a metric, which way is better."""

_INSIDE = ("saccade.", "torch.")
_THEIRS, _OURS = "_names_of_user", "_values_inside"


class UserNames:
    """For a base that users subclass: its inner names stay free for them."""

    _of_keras: frozenset[str] = frozenset()  # words that Keras reserves in this kind of class
    _inner_names: frozenset[str] = frozenset()
    _class_names: frozenset[str] = frozenset()  # those that classes of the user's took
    _taken_here: frozenset[str] = frozenset()  # and those that one of them did

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if _is_inside(cls.__module__):
            inner = [one for one in cls.__mro__ if _is_inside(one.__module__)]
            names = frozenset(name for one in inner for name in _inner_names(one, len(vars(one))))
            cls._inner_names = names - cls._of_keras
            return
        taken = {name for name in vars(cls) if name in cls._inner_names}
        for pair in PAIRS:
            if taken.issuperset(pair):
                taken -= set(pair)
        for name, other in BESIDE:
            if getattr(getattr(cls, other, None), "is_to_be_written", False):
                taken.discard(name)
        cls._taken_here = frozenset(taken)  # what saccade puts into the class later is not
        if taken:
            cls._class_names = cls._class_names | taken
            let_both_see(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._inner_names or not sets_apart(self, name, value, sys._getframe(1)):
            super().__setattr__(name, value)


def sets_apart(thing: Any, name: str, value: Any, frame: FrameType) -> bool:
    """Put a value under an inner name where it belongs; False where there is nothing to part.

    What the user says stands among the object's attributes as it would without saccade's, so that
    it is copied and pickled along; what was there goes aside.
    """
    own, inside = thing.__dict__, is_inside(frame)
    taken = name in own.get(_THEIRS, ()) or name in thing._class_names
    if inside:
        if taken:
            own.setdefault(_OURS, {})[name] = value
        return taken
    if not taken:
        if name in own:
            own.setdefault(_OURS, {})[name] = own.pop(name)
        own[_THEIRS] = own.get(_THEIRS, frozenset()) | {name}
        let_both_see(type(thing))
    elif name not in own.get(_THEIRS, ()):
        own[_THEIRS] = own.get(_THEIRS, frozenset()) | {name}
    own[name] = value
    return True


def set_inside(thing: Any, name: str, value: Any) -> None:
    """Set an inner attribute past `__setattr__`, which would track what is in it."""
    values_inside(thing, name)[name] = value


def values_inside(thing: Any, name: str) -> dict[str, Any]:
    """The attributes of an object among which the inner value of a name stands."""
    own = thing.__dict__
    if name in own.get(_THEIRS, ()) or name in thing._class_names:
        return own.setdefault(_OURS, {})
    return own


def is_users(thing: Any, name: str) -> bool:
    """Whether the user gave an inner name a meaning of their own."""
    return name in thing.__dict__.get(_THEIRS, ()) or name in thing._class_names


def inner_values(state: dict[str, Any], name: str) -> dict[str, Any]:
    """Where in a copy of an object's attributes the inner value of a name stands."""
    if name not in state.get(_THEIRS, ()):
        return state
    state[_OURS] = dict(state.get(_OURS, {}))
    return state[_OURS]


def is_inside(frame: FrameType) -> bool:
    """Whether a frame runs code of saccade's or torch's."""
    return _is_inside(frame.f_globals.get("__name__", ""))


def let_both_see(cls: type) -> None:
    """Have a class look at who asks for an attribute."""
    if "_parts_names" not in cls.__dict__:
        plain = cls.__getattribute__

        @functools.wraps(plain)
        def parted(self: Any, name: str) -> Any:
            own = object.__getattribute__(self, "__dict__")
            theirs = own.get(_THEIRS, ())
            if name in theirs or name in cls._class_names:  # type: ignore[attr-defined]
                if is_inside(_asking(sys._getframe(1))):
                    return _inner(self, own, name)
                if name in theirs:
                    return _outer(self, own, name)
            return plain(self, name)  # type: ignore[call-arg]

        cls._parts_names = True  # type: ignore[attr-defined]
        cls.__getattribute__ = parted  # type: ignore[assignment]


def _asking(frame: FrameType) -> FrameType:
    """The frame that asks: not that of this file, through which a subclass comes."""
    while frame.f_globals is _GLOBALS and frame.f_back is not None:
        frame = frame.f_back
    return frame


_GLOBALS = globals()


def _inner(thing: Any, own: dict[str, Any], name: str) -> Any:
    kept = own.get(_OURS, {})
    if name in kept:
        return kept[name]
    for cls in type(thing).__mro__:
        if name in cls.__dict__ and name not in cls.__dict__.get("_taken_here", ()):
            found = cls.__dict__[name]
            bind = getattr(type(found), "__get__", None)
            return found if bind is None else bind(found, thing, type(thing))
    raise AttributeError(f"{type(thing).__name__!r} object has no attribute {name!r}", name=name)


def _outer(thing: Any, own: dict[str, Any], name: str) -> Any:
    for table in (own, own.get("_parameters", {}), own.get("_modules", {})):
        if name in table:
            return table[name]
    raise AttributeError(f"{type(thing).__name__!r} object has no attribute {name!r}", name=name)


@functools.cache  # bases are asked for each class made of them
def _inner_names(cls: type, attributes: int) -> set[str]:
    """The names of a class of saccade's or torch's that are no user's business.

    Args:
        attributes: how many it has, more of which may be put into it later.
    """
    own = vars(cls)
    parts = cls.__module__.split(".")
    words = set(WORDS.get(parts[0] if parts[0] == "torch" else parts[1], "").split())
    if parts[0] == "torch":  # its tables are read past attributes
        return words.intersection(own)
    said = {*own, *own.get("__annotations__", ())}
    for value in own.values():  # what its functions keep in `self`
        code = getattr(getattr(value, "fget", value), "__code__", None)
        said.update(getattr(code, "co_names", ()))
    sums = own.get("sums", ())  # each is kept under its name with an underscore
    said.update(f"_{name}" for name in sums)
    return {name for name in said if name in words or _is_private(name)}.union(sums)


def _is_inside(module: str) -> bool:
    return module.startswith(_INSIDE)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in _OF_KERAS
