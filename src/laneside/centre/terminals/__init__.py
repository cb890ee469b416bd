"""The terminals: how one is enrolled, known, heard and revoked."""

from laneside.centre.terminals.enrolment import Enrolment, IssuedCode
from laneside.centre.terminals.heartbeats import Heartbeats
from laneside.centre.terminals.registry import Registry, Terminal

__all__ = ["Enrolment", "Heartbeats", "IssuedCode", "Registry", "Terminal"]
