"""Unfinished: what a run folder holds while its training goes on, so that it can go on again."""
