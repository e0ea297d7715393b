"""One tree of errors for the whole house, each with a hint that says what to do next.

Foreign errors (the database's, the network's, a parser's) are wrapped once, at the seam where they occur;
above that seam only these exist. Which exit code and which words a person sees is the console's business.
"""


class CustodyError(Exception):
    """Something could not be done. `message` names file and record; `hint` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CustodyError):
    """What was asked for makes no sense as asked (wrong words, unknown account): exit code 3."""


class UnavailableError(CustodyError):
    """It cannot be done now, or only in part: busy, disk full, network, no such record: exit code 2."""


class BusyError(UnavailableError):
    """Another Ofrecord is writing to this archive."""


class InputError(UnavailableError):
    """What was given to be taken in cannot be read: not a download, cut off, hostile."""


class DamageError(CustodyError):
    """What the archive holds is not what it wrote: exit code 1."""
