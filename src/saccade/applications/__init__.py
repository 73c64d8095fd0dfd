"""Networks with a name."""

from saccade.applications.lenet import LeNet5

__all__ = ["LeNet5"]
