"""班前检查 and ``laneside doctor``: is this terminal fit for a shift, and if not, what is to be done.

``checkup`` measures, ``report`` judges by the centre's limits; the texts are data. Nothing here may change a chip, the
journal or the lane.
"""
