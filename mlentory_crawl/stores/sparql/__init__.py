"""The catalog as triples in an embedded store (Oxigraph), for questions in SPARQL."""
