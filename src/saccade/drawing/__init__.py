"""Pictures: of a run's folder, of a photo's contours, and of what augmentation does to photos."""

from saccade.drawing.confusion import draw_confusion
from saccade.drawing.curves import draw_curves

__all__ = ["draw_confusion", "draw_curves"]
