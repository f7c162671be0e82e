"""Pages whose text their scripts put there, rendered by a browser or by a server for it."""
