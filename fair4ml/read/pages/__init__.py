"""Steps of reading a web page: its bytes, its elements, its addresses, what it says about itself, and its text."""
