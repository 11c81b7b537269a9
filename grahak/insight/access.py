"""Who may see the business's figures."""

from grahak.core.access import grant

grant("insight.home", salesman="branch", marketer="all", agent="all", analyst="all", counter="branch")
