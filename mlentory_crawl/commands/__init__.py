"""The commands as plain classes: their arguments, and what they print."""
