"""The RDF that is validated, and the shapes it is validated against."""
