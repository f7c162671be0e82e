"""Tools for agents over the catalog (Model Context Protocol), by HTTP and over standard input and output."""
