"""What RVTools writes about a vCenter, sheet by sheet, and how its rows become machines, hosts and datastores."""
