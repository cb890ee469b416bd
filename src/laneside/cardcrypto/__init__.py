"""The arithmetic of the card network: diversification, session keys, MAC1, MAC2, TAC, secure messaging; 3DES and SM4.

Pure functions over bytes (spec/psam-and-crypto.md sections 5 to 8). The terminal must not import this room: it drives
a PSAM and knows no key. No file, no log line, no key of value and no default key belongs here.
"""
