"""Hosts and VMs: who gets how much CPU, and the data that VMs move."""
