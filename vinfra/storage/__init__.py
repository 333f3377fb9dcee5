"""LUNs and what lies behind them."""
