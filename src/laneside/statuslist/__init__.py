"""The status list on the device: which card or tag is listed, with which types, and how old the list is.

What a listing means for a vehicle is decided in ``rules``; ``sync`` downloads and verifies the list.
"""
