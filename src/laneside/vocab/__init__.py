"""The words of the field: code tables with their Chinese and English labels, provinces, and the 特情 table.

Only names, numbers, texts and remedies that code reads; tables that only people read are in ``tools/glossary.toml``. No
byte layout (codec), no decision (rules), no fee, no I/O but this package's own data file, read when first asked for.
"""
