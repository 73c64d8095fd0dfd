"""Callbacks that come with saccade, one a file; `saccade.callbacks` is their public face."""
