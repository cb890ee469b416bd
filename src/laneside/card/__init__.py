"""Card, tag and PSAM in their own words: APDUs, status words, the channel port, and flows that yield commands.

No I/O, no key and no decision of the business may enter: a flow says what to send and reads what came back.
"""
