"""Why a message was not handed over, and whether to try again."""

from __future__ import annotations


class MailFault(Exception):
    """A message was not handed over; `args[0]` says why, in the server's words where there were some."""


class TemporaryFault(MailFault):
    """Try again later: the server, the network or our own set-up is the trouble, not the message."""


class PermanentFault(MailFault):
    """Trying again cannot help: the message or its recipient was refused."""
