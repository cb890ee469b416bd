"""The status list as the centre makes it: for now one small, whole, signed list per station."""

from laneside.centre.statuslists.lists import listed_card, listed_obu, whole_list

__all__ = ["listed_card", "listed_obu", "whole_list"]
