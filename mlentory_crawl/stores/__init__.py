"""The stores that projections write."""
