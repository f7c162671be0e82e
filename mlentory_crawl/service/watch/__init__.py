"""Health of the service, and metrics of its requests and of the catalog."""
