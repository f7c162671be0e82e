"""The API: each subject of ``/api/v1`` in a module of its own."""
