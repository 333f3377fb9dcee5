"""By what a LUN is known again, one policy a file."""
