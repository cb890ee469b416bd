"""The status list on the device: which card or tag is listed, with which types, and how old the list is.

What a listing means for a vehicle is a rule's matter; how the list arrives and is verified is ``sync``'s.
"""

from laneside.statuslist.index import StatusListIndex

__all__ = ["StatusListIndex"]
