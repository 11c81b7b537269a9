"""Who may write to many."""

from grahak.core.access import grant

grant("campaigns.view", marketer="all", analyst="all", agent="all")
grant("campaigns.edit", marketer="all")
grant("campaigns.send", marketer="all")
