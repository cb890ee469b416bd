"""The reader: the ``EtcReader`` port with its values, and the readers that drive real exchanges through channels.

Decisions of the business, the journal and any device driver must not enter.
"""
