"""The business, its branches, the people who log in, their roles, keys, batches that can be undone, the audit log."""

from grahak.core.models.keys import ApiKey
from grahak.core.models.people import Invitation, Role, Team, User, UserManager
from grahak.core.models.records import (
    AuditEntry,
    Batch,
    BatchChange,
    Change,
    ChangeReader,
    JobLease,
    Setting,
)
from grahak.core.models.rights import FieldRight, RoleGrant, ShopRole
from grahak.core.models.shop import Branch, Business, Grouping

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Batch",
    "BatchChange",
    "Branch",
    "Business",
    "Change",
    "ChangeReader",
    "FieldRight",
    "Grouping",
    "Invitation",
    "JobLease",
    "Role",
    "RoleGrant",
    "Setting",
    "ShopRole",
    "Team",
    "User",
    "UserManager",
]
