"""How each kind of vehicle is worked: one flow, one file (:mod:`laneside.passage.flows.flow` says what a flow is).

What all flows share (desk, notes, debit, views) must not enter, and no flow knows another.
"""
