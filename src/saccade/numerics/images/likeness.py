"""Likeness: how far the parts of two images vary together; and where images have edges."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from saccade.numerics.images.smoothing import gaussian_kernel


def similarities_nhwc(
    x_nhwc: torch.Tensor,
    y_nhwc: torch.Tensor,
    size: int,
    sigma: float,
    constants: tuple[float, float],
) -> torch.Tensor:
    """The structural similarity of the windows of two batches, channel by channel.

    Law, over windows with the weights of a bell::

        (2 m n + c1) (2 cov + c2) / ((m^2 + n^2 + c1) (var x + var y + c2))

    Args:
        x_nhwc, y_nhwc: (batch, height, width, channels), floats.
        size: of a window, in pixels; sigma: of its bell.
        constants: c1, c2.

    Returns:
        (batch, height - size + 1, width - size + 1, channels).

    Source: Wang et al. (2004), "Image quality assessment", equation 13.
    """
    return likeness_nhwc(x_nhwc, y_nhwc, size, sigma, constants)[0]


def likeness_nhwc(
    x_nhwc: torch.Tensor,
    y_nhwc: torch.Tensor,
    size: int,
    sigma: float,
    constants: tuple[float, float],
) -> tuple[torch.Tensor, torch.Tensor]:
    """`similarities_nhwc`, and the second factor of its law alone, which leaves lightness out."""
    c1, c2 = constants
    bell = gaussian_kernel(size, torch.tensor(float(sigma)))
    window = torch.outer(bell, bell)[None, None].to(x_nhwc)

    def smoothed(batch: torch.Tensor) -> torch.Tensor:
        n, h, w, c = batch.shape
        made = F.conv2d(batch.permute(0, 3, 1, 2).reshape(n * c, 1, h, w), window)
        return made.reshape(n, c, *made.shape[-2:]).permute(0, 2, 3, 1)

    m, n = smoothed(x_nhwc), smoothed(y_nhwc)
    luminance = (2 * m * n + c1) / (m.square() + n.square() + c1)
    squares = smoothed(x_nhwc.square() + y_nhwc.square()) - m.square() - n.square()
    contrast = (2 * (smoothed(x_nhwc * y_nhwc) - m * n) + c2) / (squares + c2)
    return luminance * contrast, contrast


def sobel_nhwc(x_nhwc: torch.Tensor) -> torch.Tensor:
    """Edges by Sobel's kernels: (batch, height, width, channels, 2), down and to the right.

    The border is mirrored, so that a flat image has no edge there.
    """
    smooth, step = torch.tensor([1.0, 2.0, 1.0]), torch.tensor([-1.0, 0.0, 1.0])
    kernels = torch.stack([torch.outer(step, smooth), torch.outer(smooth, step)])
    n, h, w, c = x_nhwc.shape
    planes = F.pad(x_nhwc.permute(0, 3, 1, 2), (1, 1, 1, 1), mode="reflect")
    made = F.conv2d(planes.reshape(n * c, 1, h + 2, w + 2), kernels[:, None].to(x_nhwc))
    return made.reshape(n, c, 2, h, w).permute(0, 3, 4, 1, 2)
