"""Card, tag and PSAM in software, byte for byte, with a memory that survives a cut.

Sources: spec/icc.md, spec/obu.md, spec/psam-and-crypto.md.
Their keys are invented (``profiles``). Nothing here may soften what a real chip would answer.
"""
