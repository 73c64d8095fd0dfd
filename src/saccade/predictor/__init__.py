"""A trained model with its preprocessing: files in, class names and probabilities out."""

from saccade.predictor.prediction import Prediction
from saccade.predictor.predictor import Predictor
from saccade.predictor.preprocessing import Preprocessing

__all__ = ["Prediction", "Predictor", "Preprocessing"]
