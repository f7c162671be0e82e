"""The way in: who asks, what they may ask, and how much of it."""
