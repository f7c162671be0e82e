"""The catalog as pages for people and an API for programs, from one process that only reads (extra ``serve``)."""
