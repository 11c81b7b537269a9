"""Rules of a shop's own: when this happens, if that is so, do these things; tried out before, logged after."""
