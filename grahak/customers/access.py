"""Who may see and change customers."""

from grahak.core.access import grant

grant("customers.view", salesman="branch", marketer="all", agent="all", analyst="all", counter="branch")
grant("customers.edit", salesman="branch", agent="all", counter="branch", marketer="all")
grant("customers.export", analyst="all", marketer="all")
grant("customers.mass", salesman="branch", marketer="all")
grant("customers.archive")
