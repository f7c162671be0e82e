"""The BioImage Model Zoo of AI4Life."""
