"""The photos, in a folder, each named by its SHA-256. Nothing is changed in them and nothing is deleted."""

from laneside.centre.evidence.photos import Photos

__all__ = ["Photos"]
