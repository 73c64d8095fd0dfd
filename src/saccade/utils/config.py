"""Config: named settings of a program, as attributes and as a dict, which can be frozen."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from saccade.errors import InvalidArgument
from saccade.names import nearest


class Config(MutableMapping[str, Any]):
    """A dict of settings, each an attribute too.

    Raises:
        InvalidArgument: a setting is changed after `freeze`.

    Example:
        >>> config = Config(rate=0.1)
        >>> config.epochs = 3
        >>> config["rate"], config.as_dict()
        (0.1, {'rate': 0.1, 'epochs': 3})

    Source: `keras.utils.Config`.
    """

    def __init__(self, **settings: Any):
        vars(self).update(_config=settings, _frozen=False)

    @property
    def frozen(self) -> bool:
        """Whether settings can be changed no more."""
        return vars(self)["_frozen"]

    def freeze(self) -> None:
        vars(self)["_frozen"] = True

    def unfreeze(self) -> None:
        vars(self)["_frozen"] = False

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self)["_config"])

    def to_json(self) -> str:
        return json.dumps(self.as_dict())

    def _changing(self) -> dict[str, Any]:
        if self.frozen:
            raise InvalidArgument("Config", "is frozen", None, "Call unfreeze() first.")
        return vars(self)["_config"]

    def __setattr__(self, name: str, value: Any) -> None:
        self._changing()[name] = value

    def __getattr__(self, name: str) -> Any:
        settings = vars(self).get("_config", {})
        if name in settings:
            return settings[name]
        guess = nearest(name, settings)
        hint = f"; the nearest is {guess!r}" if guess else ""
        raise AttributeError(f"Config has no setting {name!r}{hint}")

    def __setitem__(self, name: str, value: Any) -> None:
        self._changing()[name] = value

    def __getitem__(self, name: str) -> Any:
        return vars(self)["_config"][name]

    def __delitem__(self, name: str) -> None:
        del self._changing()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(vars(self)["_config"]))

    def __len__(self) -> int:
        return len(vars(self)["_config"])

    def __repr__(self) -> str:
        return f"<Config {vars(self)['_config']}>"
