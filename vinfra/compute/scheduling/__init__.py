"""CPU scheduling of one host in detail: virtual processors on processors, event by event, on the engine's clock."""
