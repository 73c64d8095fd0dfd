"""Files of Keras 1 and 2: their records, arrays and settings, in the words of today."""
