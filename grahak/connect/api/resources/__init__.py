"""Every resource of the API, in the order in which its page tells them."""

from grahak.connect.api.resource import Resource
from grahak.connect.api.resources import (
    addresses,
    catalogue,
    customers,
    house,
    people,
    pipelines,
    sales,
    work,
)

RESOURCES: tuple[Resource, ...] = (
    customers.CUSTOMERS,
    people.CONTACTS,
    people.IDENTITIES,
    addresses.ADDRESSES,
    work.CONSENTS,
    house.TAGS,
    house.FIELDS,
    catalogue.PRODUCTS,
    catalogue.CATEGORIES,
    sales.ORDERS,
    sales.RETURNS,
    sales.PAYMENTS,
    sales.LEDGER,
    pipelines.LEADS,
    pipelines.DEALS,
    pipelines.PIPELINES,
    pipelines.STAGES,
    work.NOTES,
    work.TASKS,
    work.ACTIVITIES,
    house.SEGMENTS,
    house.USERS,
    house.TEAMS,
    house.BRANCHES,
)
