"""Measure conversions from every kind of source, exports and adapters."""
