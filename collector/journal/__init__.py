"""Changes on disk until the store and a backup have them. The bytes are described in FORMAT.md."""
