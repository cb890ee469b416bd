"""What terminal and centre say to each other: structs with every wire name written out, canonical bytes, signatures.

No transport, no storage and no rule of the business may enter; ``sync`` carries these messages, ``centre`` keeps them.
"""
