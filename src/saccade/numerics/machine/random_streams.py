"""Random streams: those of the process, and those that an object holds, read and set."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch

from saccade.nests import leaves


def random_state() -> dict[str, Any]:
    """The states of the process's streams, which a run may draw from."""
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": np.random.get_state(),
        "python": random.getstate(),
    }


def set_random_state(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])


def streams_of(holders: Iterable[Any]) -> list[Any]:
    """The streams among the attributes of these objects, as that of Dropout(seed=)."""
    found = [one for holder in holders for one in _held(holder)]
    return list({id(one): one for one in found if is_stream(one)}.values())


def counters_of(holders: Iterable[Any]) -> list[Any]:
    """The `SeedGenerator`s among them."""
    return [one for one in streams_of(holders) if _is_counter(one)]


def _held(holder: Any) -> Iterator[Any]:
    """The attributes of an object, and what stands in those that are lists and dicts."""
    for name, value in vars(holder).items():
        if name[0] != "_" and isinstance(value, (list, tuple, dict)):
            yield from leaves(value)
        else:
            yield value


def is_stream(value: Any) -> bool:
    """Whether something is a stream of random numbers that can be read and set."""
    kinds = (torch.Generator, np.random.RandomState, np.random.Generator, random.Random)
    return isinstance(value, kinds) or _is_counter(value)


def _is_counter(value: Any) -> bool:
    """Whether it is a `SeedGenerator`, whose module lies on a floor above."""
    return type(value).__name__ == "SeedGenerator" and torch.is_tensor(vars(value).get("state"))


def state_of(stream: Any) -> Any:
    """Where a stream stands."""
    if isinstance(stream, random.Random):
        return stream.getstate()
    if isinstance(stream, np.random.Generator):
        return stream.bit_generator.state
    if _is_counter(stream):
        return stream.state.tolist()
    return stream.get_state()


def put(stream: Any, state: Any) -> None:
    """Let a stream stand where `state_of` was taken.

    Raises:
        TypeError, ValueError: the state of a stream of another kind.
    """
    if isinstance(stream, random.Random):
        stream.setstate(state)
    elif isinstance(stream, np.random.Generator):
        stream.bit_generator.state = state
    elif _is_counter(stream):
        seed, drawn = state
        stream.seed = seed
        with torch.no_grad():
            stream.state.copy_(torch.tensor([seed, drawn]))
    else:
        stream.set_state(state)


def stream_of_seed(seed: Any) -> torch.Generator:
    """A stream for a seed: an integer, the two of a `SeedGenerator`'s state, or such a generator,
    which moves on."""
    if hasattr(seed, "next"):
        seed = seed.next()
    if torch.is_tensor(seed):
        first, second = (int(one) for one in seed.reshape(-1)[:2])
        seed = (first * 0x9E3779B97F4A7C15 + second * 0xBF58476D1CE4E5B9) % 2**63
    return torch.Generator().manual_seed(int(seed))
