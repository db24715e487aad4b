"""More schools than anybody looks through, for tests of what is searched."""

from __future__ import annotations

from outreach.models import FinanceType, School, SchoolLevel, db
from outreach.services.transaction import one_transaction
from tests.build import NOW


def many_schools() -> None:
    """Forty schools on the Peak, half of them primary, with the registrations 330000 to 330039."""
    with one_transaction():
        for number in range(40):
            db.session.add(
                School(
                    source_key=f"peak-{number}",
                    registration=f"3300{number:02}",
                    level=SchoolLevel.PRIMARY if number % 2 else SchoolLevel.SECONDARY,
                    finance_type=FinanceType.AIDED,
                    name_en=f"Peak School {number:02}",
                    name_zh=f"山頂學校{number:02}",
                    district="A",
                    longitude=114.15,
                    latitude=22.28,
                    created_at=NOW,
                )
            )
