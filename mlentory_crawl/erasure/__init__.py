"""Erasure of entities from records, files and stores."""
