"""Readers of files that data sources share."""
