"""What the spiders of all platforms share."""
