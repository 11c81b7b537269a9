"""Every resource of the API, in the order in which its page tells them."""

from grahak.connect.api.resource import Resource
from grahak.connect.api.resources import catalogue, customers, house, sales, work

RESOURCES: tuple[Resource, ...] = (
    customers.CUSTOMERS,
    customers.CONTACTS,
    customers.IDENTITIES,
    work.CONSENTS,
    house.TAGS,
    house.FIELDS,
    catalogue.PRODUCTS,
    catalogue.CATEGORIES,
    sales.ORDERS,
    sales.RETURNS,
    sales.PAYMENTS,
    sales.LEDGER,
    work.NOTES,
    work.TASKS,
    work.ACTIVITIES,
    house.SEGMENTS,
    house.USERS,
    house.TEAMS,
    house.BRANCHES,
)
