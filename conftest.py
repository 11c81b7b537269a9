"""Makes the cast known to the rooms' own tests too."""

from tests.cast import *  # noqa: F403
from tests.cast import _fresh_business  # noqa: F401
