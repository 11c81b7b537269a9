"""From rows of a file to records, in pieces that commit with the place to go on from."""
