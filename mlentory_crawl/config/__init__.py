"""The project's own settings: environment variables of the same names, and how they are read and checked."""
