"""PSAM authorisation: who asked, what was signed, what the PSAM said. The signer is a port.

No key may lie here: the software signer's root comes from the centre's settings file and is for virtual PSAMs only.
"""
