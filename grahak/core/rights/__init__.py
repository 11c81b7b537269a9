"""Rights: roles as rows, how far each reaches, which fields it sees, teams, and what is shared with whom.

`grahak.core.access` is the door that views use; this package is what stands behind it.
"""

from grahak.core.rights.principals import KeyUser

__all__ = ["KeyUser"]
