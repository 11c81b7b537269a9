"""The picture that tells of an opening: one transparent pixel."""

from base64 import b64decode

DOT = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # a transparent GIF of 1 × 1
