"""The columns of a customer file that say that somebody is a lead: where they are in their life, where the lead came
from, what they want and what it may bring. A file without them brings customers. Who is here already is never made a
lead by a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from grahak.connect.importing.cells import MONEY, CellError, Cells, decimal_of
from grahak.core.models import Batch
from grahak.customers.leads import actions, seeds
from grahak.customers.leads.lists import add_word
from grahak.customers.models import LeadSource, Lifecycle

_LEAD = "lead|new lead|open lead|subscriber|marketing qualified lead|enquiry|inquiry|لیڈ|लीड|લીડ"
_PROSPECT = (
    "prospect|qualified|sales qualified lead|opportunity|ممکنہ گاہک|संभावित|संभावित ग्राहक|સંભવિત|સંભવિત ગ્રાહક"
)
_CUSTOMER = "customer|active|client|buyer|evangelist|other|گاہک|ग्राहक|ગ્રાહક"
_LAPSED = "lapsed|inactive|lost customer|dormant"
WORDS: Final[dict[str, Lifecycle]] = {
    word: life
    for words, life in (
        (_LEAD, Lifecycle.LEAD),
        (_PROSPECT, Lifecycle.PROSPECT),
        (_CUSTOMER, Lifecycle.CUSTOMER),
        (_LAPSED, Lifecycle.LAPSED),
    )
    for word in words.split("|")
}
BEFORE_BUYING: Final = (Lifecycle.LEAD, Lifecycle.PROSPECT)


class LeadCells:
    """Reads these columns, and writes the leads of customers whom a piece of the file made."""

    def __init__(self, cells: Cells, batch: Batch) -> None:
        self.cells, self.batch = cells, batch
        self.sources: dict[str, LeadSource] = {}

    def read(self, values: Sequence[Any]) -> dict[str, Any] | None:
        """What the row says of a lead; None where it says nothing. CellError for a life that is none."""
        cells = self.cells
        life = cells.text(values, "lifecycle", 40).casefold()
        source = cells.text(values, "lead_source", 60)
        if life and life not in WORDS:
            raise CellError("lifecycle", "lifecycle", text=life)
        if not life and not source:
            return None
        worth = cells.units(values, "lead_worth", MONEY)
        if worth is not None and worth < 0:
            raise CellError("lead_worth", "negative", text=str(worth / MONEY))
        return {
            "life": WORDS[life] if life else Lifecycle.LEAD,
            "source": source,
            "wants": cells.text(values, "lead_wants", 2000),
            "worth": decimal_of(worth, MONEY) if worth is not None else None,
        }

    @staticmethod
    def life(told: dict[str, Any] | None) -> dict[str, str]:
        """The field of a new customer."""
        return {"lifecycle": told["life"]} if told else {}

    def keep(self, made: Mapping[int, dict[str, Any] | None]) -> None:
        """Leads of those who were made as leads or prospects; the rules give them out."""
        rows = [
            (
                pk,
                {
                    "source": self._source(told["source"]),
                    "wants": told["wants"],
                    "worth": told["worth"],
                    "prospect": told["life"] == Lifecycle.PROSPECT,
                },
            )
            for pk, told in made.items()
            if told and told["life"] in BEFORE_BUYING
        ]
        if rows:
            actions.capture_many(rows, by=self.batch.by, batch=self.batch, at=timezone.now())

    def _source(self, name: str) -> LeadSource:
        """The shop's source of that name, in English or as it is shown; made where there is none."""
        key = name.casefold()
        if key not in self.sources:
            every = list(LeadSource.objects.all())
            known = {one.name.casefold(): one for one in every} | {str(one).casefold(): one for one in every}
            self.sources[key] = known.get(key) or (
                add_word(LeadSource, name, by=self.batch.by) if name else seeds.source("file")  # type: ignore[assignment]
            )
        return self.sources[key]
