"""Figures: records in, `plotly.graph_objects.Figure` out; each is a data function (tested exactly) and a draw function."""
