"""Ways to walk through a list, by how an API pages."""
