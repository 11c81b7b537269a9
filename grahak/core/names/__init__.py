"""Names found and compared across Urdu, Hindi, Gujarati and Latin script, whatever the spelling."""

from grahak.core.names.keys import PREFIX, SKELETON, Key, QueryToken, name_keys, query_keys
from grahak.core.names.likeness import similarity
from grahak.core.names.normal import normalise
from grahak.core.names.sounds import romanise, skeleton, soft_key
from grahak.core.names.tokens import name_words

__all__ = [
    "PREFIX",
    "SKELETON",
    "Key",
    "QueryToken",
    "name_keys",
    "name_words",
    "normalise",
    "query_keys",
    "romanise",
    "similarity",
    "skeleton",
    "soft_key",
]
