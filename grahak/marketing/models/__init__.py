"""Messages to many, the letters they are made of, and what strangers leave with us."""

from grahak.marketing.models.campaigns import (
    AudiencePart,
    Campaign,
    CampaignText,
    Chosen,
    CouponCode,
    Exclusion,
    HeldOut,
    Stage,
    Variant,
    WinnerBy,
)
from grahak.marketing.models.counts import CampaignCount
from grahak.marketing.models.forms import (
    Form,
    FormKind,
    ShortLink,
    ShortLinkClick,
    Submission,
    SubmissionState,
)
from grahak.marketing.models.letters import Brand, Letter, LetterKind, LetterStep, Picture, SavedBlock

__all__ = [
    "AudiencePart",
    "Brand",
    "Campaign",
    "CampaignCount",
    "CampaignText",
    "Chosen",
    "CouponCode",
    "Exclusion",
    "Form",
    "FormKind",
    "HeldOut",
    "Letter",
    "LetterKind",
    "LetterStep",
    "Picture",
    "SavedBlock",
    "ShortLink",
    "ShortLinkClick",
    "Stage",
    "Submission",
    "SubmissionState",
    "Variant",
    "WinnerBy",
]
