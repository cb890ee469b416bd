"""What the centre answers terminals over HTTP. Every request but enrolment is signed by a device that is not revoked.

Messages are the contract's; every answer that is not a yes is a ``Refusal`` in JSON. No SQL and no page may enter.
"""
