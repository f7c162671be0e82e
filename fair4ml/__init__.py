"""FAIR4ML: its entities, what platforms mean in it, and the forms it is written in; no Scrapy, database or network."""
