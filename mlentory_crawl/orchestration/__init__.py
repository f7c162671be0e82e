"""Crawls and projections as the steps of an orchestrator: it runs commands, and reads exit codes and run reports."""
