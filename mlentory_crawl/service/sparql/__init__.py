"""Questions in SPARQL over HTTP, answered by processes that can be ended and have no sockets."""
