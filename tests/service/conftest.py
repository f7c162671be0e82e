"""What tests of the service share."""

from support.service_fixtures import browser, client, library, served, site

__all__ = ["browser", "client", "library", "served", "site"]
