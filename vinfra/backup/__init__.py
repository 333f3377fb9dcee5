"""Backup: proxies, transports, jobs, restore points, retention, catalog, restores."""
