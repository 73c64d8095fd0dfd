"""The methods of a dataset that carry something from one element to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from saccade.data.dataset.elements import as_element
from saccade.data.dataset.scanning_stages import IgnoreErrors, Rebatch, Resample, Scan, Unique
from saccade.data.dataset.stage import StageChain
from saccade.errors import InvalidArgument


class ScanningMethods(StageChain):
    """What `Dataset` inherits; `tf.data.Dataset` says what each method means."""

    def unique(self, name: Any = None) -> Self:
        """Every element that has not been before in the iteration."""
        return self._then(Unique(self.stage))

    def scan(
        self, initial_state: Any, scan_func: Callable[[Any, Any], Any], name: Any = None
    ) -> Self:
        """state, made = scan_func(state, element); what was made of each element."""
        return self._then(Scan(self.stage, as_element(initial_state), scan_func))

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: Any = None) -> Self:
        """The rows in batches of another size; of several sizes, in turn."""
        sizes = [int(size) for size in np.reshape(batch_size, -1)]
        if not sizes or min(sizes) < 1:
            raise InvalidArgument("Dataset.rebatch", "sizes of 1 or above", repr(batch_size))
        return self._then(Rebatch(self.stage, sizes, bool(drop_remainder)))

    def ignore_errors(self, log_warning: bool = False, name: Any = None) -> Self:
        """The elements that could be made; those that raised are left out.

        Raises:
            InvalidArgument: the length is unknown, so there is no next one to go on with.
        """
        return self._then(IgnoreErrors(self.stage, bool(log_warning)))

    def rejection_resample(
        self,
        class_func: Callable[..., Any],
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
        name: Any = None,
    ) -> Self:
        """(class, element), some left out, so that the classes come in these shares.

        Args:
            class_func: the class of an element, or of the parts of a tuple.
            target_dist: the share of each class.
            initial_dist: the shares that there are; counted on the way when None.
            seed: of what is left out; NumPy's stream when None.
        """
        wanted = np.asarray(target_dist, float)
        given = None if initial_dist is None else np.asarray(initial_dist, float)
        return self._then(Resample(self.stage, class_func, wanted, given, seed))
