"""The pages: what each shows, made from the same answers that the API gives."""
