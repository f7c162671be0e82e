"""Documents that another collection of texts has exported: articles, posts, repositories and users."""
