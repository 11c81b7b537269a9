"""Who may see what was sent, and change how it is sent."""

from grahak.core.access import grant

grant("channels.sender.edit", manager="")
grant("channels.mailbox.view", salesman="all", marketer="all", agent="all", analyst="all", counter="all")
grant("channels.suppression.edit", marketer="all", agent="all")
