"""Descriptions in the forms that others read: RDF, property graphs, search documents."""
