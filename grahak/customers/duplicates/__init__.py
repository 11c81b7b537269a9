"""Who may be the same customer: the same phone or address, or a name that sounds alike. Proposed, never
merged."""

from grahak.customers.duplicates.entry import ALIKE_KIND, Likely, likely, noted, paired

__all__ = ["ALIKE_KIND", "Likely", "likely", "noted", "paired"]
