"""The people who may look at the centre's pages: their passwords and sessions. Operators of terminals are not here."""

from laneside.centre.accounts.accounts import Accounts, Session

__all__ = ["Accounts", "Session"]
