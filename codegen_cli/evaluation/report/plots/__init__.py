"""Plots as SVG; matplotlib draws them. The only place that imports it."""
