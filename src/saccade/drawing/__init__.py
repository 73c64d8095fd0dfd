"""Pictures of a run, drawn from what lies in its folder."""

from saccade.drawing.confusion import draw_confusion
from saccade.drawing.curves import draw_curves

__all__ = ["draw_confusion", "draw_curves"]
