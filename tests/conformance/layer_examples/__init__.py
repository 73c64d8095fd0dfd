"""How each layer is made, on which input, and one other value for every option that must bite.

One module for each room of `saccade.layers`; each has an `EXAMPLES` of
`name: (arguments, shape of a batch, {option: another value})`. An option that is missing here
fails `test_every_option_is_looked_at`.
"""

import copy
import importlib
import pkgutil
from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any

Example = tuple[dict[str, Any], Any, dict[str, Any]]


class FreshExamples(Mapping[str, Example]):
    """Examples that are made anew for everybody who asks.

    Some hold layers, which whoever calls them builds: of a shared one, the next test would see
    weights or not, by the order in which tests run.
    """

    def __init__(self, examples: Mapping[str, Example]) -> None:
        self._examples = examples

    def __getitem__(self, name: str) -> Example:
        return copy.deepcopy(self._examples[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._examples)

    def __len__(self) -> int:
        return len(self._examples)


IN_ROOM = {
    module.name: FreshExamples(importlib.import_module(f"{__name__}.{module.name}").EXAMPLES)
    for module in pkgutil.iter_modules(__path__)
}
EXAMPLES = FreshExamples(ChainMap(*IN_ROOM.values()))
