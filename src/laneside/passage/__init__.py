"""The use case: a vehicle through an open exit, step by step, with its decisions, its recovery and the collector's duty.

Ports only: no socket, no clock of its own, no HTML. A page shows ``view`` and calls ``desk``.
"""
