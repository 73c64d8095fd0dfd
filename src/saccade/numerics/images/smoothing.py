"""Smoothing: each pixel as a weighted mean of those around it, channel by channel."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def gaussian_kernel(size: int, sigma: torch.Tensor) -> torch.Tensor:
    """exp(-d^2 / (2 sigma^2)) for the distances d of `size` pixels from the middle one; sum 1."""
    distances = torch.arange(size, device=sigma.device, dtype=torch.float32) - (size - 1) / 2
    weights = torch.exp(-0.5 * (distances / sigma.float()) ** 2)
    return weights / weights.sum()


def smooth_nhwc(x_nhwc: torch.Tensor, kernel_hw: torch.Tensor) -> torch.Tensor:
    """Images under a kernel with an odd number of rows and columns; zeros beyond the border."""
    channels = x_nhwc.shape[-1]
    rows, columns = kernel_hw.shape
    kernels = kernel_hw.to(x_nhwc).expand(channels, 1, rows, columns)
    x_nchw = x_nhwc.permute(0, 3, 1, 2)
    y_nchw = F.conv2d(x_nchw, kernels, padding=(rows // 2, columns // 2), groups=channels)
    return y_nchw.permute(0, 2, 3, 1)
