"""Boxes: rectangles in images, of which the pixels are asked for."""

from __future__ import annotations

import torch


def boxes_mask(
    start_x: torch.Tensor,
    end_x: torch.Tensor,
    start_y: torch.Tensor,
    end_y: torch.Tensor,
    height: int,
    width: int,
) -> torch.Tensor:
    """True at the pixels with start <= place < end, for a box (batch,) in each image.

    Returns:
        Booleans (batch, height, width, 1).
    """
    x = torch.arange(width, device=start_x.device)
    y = torch.arange(height, device=start_x.device)
    in_columns = (x >= start_x[:, None]) & (x < end_x[:, None])
    in_rows = (y >= start_y[:, None]) & (y < end_y[:, None])
    return (in_rows[:, :, None] & in_columns[:, None])[..., None]
