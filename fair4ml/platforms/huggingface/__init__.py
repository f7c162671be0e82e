"""The Hugging Face Hub: models, cards, datasets, Croissant files, owners."""
