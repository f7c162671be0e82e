"""Articles on the web, wherever they are: what no other platform knows."""
