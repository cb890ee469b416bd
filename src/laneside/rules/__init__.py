"""Verification of what was read and confirmed: facts in, findings out, one pure function per rule.

No rule reads, asks or remembers anything: the passage hands the facts in. No sibling room is imported here.
"""
