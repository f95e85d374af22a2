"""Figures: records in, `go.Figure` out; each is a data function, tested exactly, and a draw function."""
