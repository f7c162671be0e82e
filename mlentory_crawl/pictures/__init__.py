"""Pictures of lineages, as text: SVG, Mermaid, Graphviz."""
