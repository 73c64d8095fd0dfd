"""Draws: the random numbers of one transformation."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class Draws:
    """Random numbers on a device.

    Args:
        stream: a layer's own, which draws on the CPU; None draws from torch's on the device.
        device: where the numbers are needed.
    """

    def __init__(self, stream: torch.Generator | None, device: torch.device):
        self.stream, self.device = stream, device
        self._drawn_on = device if stream is None else torch.device("cpu")

    def uniform(self, shape: Sequence[int], low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """Numbers in [low, high)."""
        numbers = torch.rand(shape, generator=self.stream, device=self._drawn_on)
        return (low + (high - low) * numbers).to(self.device)

    def normal(self, shape: Sequence[int]) -> torch.Tensor:
        """Numbers of mean 0 and variance 1."""
        return torch.randn(shape, generator=self.stream, device=self._drawn_on).to(self.device)

    def number(self, low: float, high: float) -> float:
        """One number in [low, high), on the CPU: it chooses what is computed."""
        return low + (high - low) * torch.rand((), generator=self.stream).item()

    def integers(self, count: int, low: int, high: int) -> torch.Tensor:
        """Integers in [low, high), on the CPU: they choose what is computed."""
        return torch.randint(low, high, (count,), generator=self.stream)

    def order(self, count: int) -> torch.Tensor:
        """0, 1, ..., count - 1 in any order."""
        return torch.randperm(count, generator=self.stream, device=self._drawn_on).to(self.device)

    def beta(self, count: int, alpha: float) -> torch.Tensor:
        """Numbers in [0, 1] from Beta(alpha, alpha): most near 0 and 1 where alpha is small."""
        one, other = self._log_gammas((2, count), alpha)
        return torch.sigmoid(one - other).float().to(self.device)  # g / (g + h) = 1 / (1 + h / g)

    def dirichlet(self, count: int, alpha: float) -> torch.Tensor:
        """So many shares of 1 from Dirichlet(alpha, ..., alpha): more equal where it is large."""
        return self._log_gammas((count,), alpha).softmax(0).float().to(self.device)

    def _log_gammas(self, size: tuple[int, ...], alpha: float) -> torch.Tensor:
        """Logarithms of numbers from Gamma(alpha), which may be too small to be told from 0."""
        gammas = torch.full(size, alpha + 1, dtype=torch.float64)
        gammas = torch._standard_gamma(gammas, self.stream)
        shares = 1 - torch.rand(size, generator=self.stream, dtype=torch.float64)
        # gamma(alpha) = gamma(alpha + 1) * share^(1/alpha)
        return gammas.log() + shares.log() / alpha
