"""A field of the shop's own changes its kind or its list while values stand in it: looked at before, carried over in
pieces, taken back. Nothing is lost: what does not fit is kept aside, and the old values stay under the old field."""
