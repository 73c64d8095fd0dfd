"""What a zip archive of a model holds: entries, and files of layers."""
