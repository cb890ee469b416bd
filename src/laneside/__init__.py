"""Laneside: an open toll lane for the hand. See docs/architecture.md for the floors; imports go down only."""

__version__ = "0.1.0"
