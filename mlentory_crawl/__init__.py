"""Crawls the platforms that publish machine-learning models into one FAIR4ML graph."""

# Here and not in the package's metadata, which an egg under scrapyd has no name to be found by.
__version__ = "0.1.0"
