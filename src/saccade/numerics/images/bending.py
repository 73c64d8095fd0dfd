"""Bending: images of which each pixel looks at a place near its own, as its neighbours do."""

from __future__ import annotations

import torch

from saccade.numerics.images.sampling import sample
from saccade.numerics.images.smoothing import gaussian_kernel, smooth_nhwc


def bent(
    x_nhwc: torch.Tensor,
    noise_nhw2: torch.Tensor,
    alpha: float,
    sigma: float,
    is_linear: bool,
    border: str,
    fill_value: float,
) -> torch.Tensor:
    """y(i, j) = x(i + alpha * rows(i, j), j + alpha * columns(i, j)).

    Rows and columns are `sigma * noise`, smoothed by a bell of the width sigma that is cut at
    3 sigma.

    Args:
        x_nhwc: (batch, height, width, channels), any dtype.
        noise_nhw2: (batch, height, width, 2), numbers of mean 0 and variance 1.
        alpha: how far, as a factor.
        sigma: in pixels.
        is_linear: between the four pixels around a place; else the nearest one.
        border: what lies beyond, one of `sampling.BORDERS`.
        fill_value: with "constant".

    Source: Simard et al. (2003), "Best Practices for Convolutional Neural Networks".
    """
    n, height, width, channels = x_nhwc.shape
    device = x_nhwc.device
    shifts = noise_nhw2.float() * sigma
    if size := int(6 * sigma) // 2:  # else the bell is the pixel itself
        bell = gaussian_kernel(2 * size + 1, torch.tensor(float(sigma), device=device))
        shifts = smooth_nhwc(shifts, torch.outer(bell, bell))
    rows, columns = (alpha * shifts).unbind(-1)
    places = torch.broadcast_tensors(
        torch.arange(n, device=device).float()[:, None, None, None],
        (torch.arange(height, device=device)[:, None] + rows)[..., None],
        (torch.arange(width, device=device) + columns)[..., None],
        torch.arange(channels, device=device),
    )
    return sample(x_nhwc, places, is_linear, border, fill_value)
