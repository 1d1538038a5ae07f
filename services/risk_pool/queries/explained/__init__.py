"""What a figure opens to: one module per kind of figure, and the rules behind them all."""
