"""Who may see and change orders, payments and the khata."""

from grahak.core.access import grant

grant("orders.view", salesman="branch", marketer="all", agent="all", analyst="all", counter="branch")
grant("orders.edit", salesman="branch", counter="branch")
grant("payments.view", salesman="branch", agent="all", analyst="all", counter="branch")
grant("payments.edit", salesman="branch", counter="branch")
