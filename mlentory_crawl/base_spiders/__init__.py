"""Base classes of the platforms' spiders."""
