"""The recipe: all that makes a classifier of a folder of photos, as a library."""
