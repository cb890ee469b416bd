"""The use case: a vehicle through its flow, step by step, with its decisions, its recovery and the duty around it.

Ports only: no socket, no clock of its own, no HTML. A page shows ``view`` and calls :class:`Desk`; the state of a
vehicle is the fold over its notes in the journal. Import what you need from its module: ``desk``, ``notes``, ``state``,
``flows``, ``debit``, ``record``, ``picture``, ``duty``, ``views``, ``ports``.
"""
