"""The disk: files are read only where they are files, and written whole or not at all."""
