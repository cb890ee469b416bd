"""Links to things outside (readers, plate reading, the form without a lane) and what the machine itself gives.

Sockets and time-outs live here and nowhere below. No rule, no decision and no byte of a chip's file may enter.
"""
