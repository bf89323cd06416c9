"""Grow a program one natural-language step at a time with CodeGen models."""

__version__ = "0.1.0"
