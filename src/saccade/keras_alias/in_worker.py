"""Imported by the fork server of a script's workers: installs saccade there."""

from saccade.keras_alias.installation import install

install()
