"""Engines: what runs a network as fast as this machine can, with gradients or at rest."""
