"""The nouns: every table, its states and one-row facts. Start at `rounds.py` and `bookings.py`; `base.py` has the types."""

from __future__ import annotations

from outreach.models.base import Base, has_code
from outreach.models.bookings import LIVE, Booking, BookingState, Occupancy, WaitlistEntry, WaitlistState
from outreach.models.companies import Company, Hub
from outreach.models.database import db
from outreach.models.messages import (
    AuditEntry,
    Lease,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderKind,
    ReminderState,
)
from outreach.models.offers import Offer, OfferState, Slot, SlotState, Team, TeamOffer, TeamWindow
from outreach.models.people import (
    BODIES,
    Allowance,
    Invitation,
    Membership,
    Role,
    Token,
    TokenPurpose,
    User,
    UserSession,
)
from outreach.models.rounds import (
    IN_FORCE,
    ROUND_MOVES,
    RequestChoice,
    RequestException,
    RequestState,
    RequestWindow,
    Round,
    RoundState,
    VisitRequest,
)
from outreach.models.runs import ALIVE, Assignment, Background, Proposal, Publication, RunState, SolveRun
from outreach.models.schools import BlockedDays, FinanceType, School, SchoolLevel
from outreach.models.studies import Reason, Study, StudyKind
from outreach.models.words import OfferKind

__all__ = [
    "ALIVE",
    "BODIES",
    "IN_FORCE",
    "LIVE",
    "ROUND_MOVES",
    "Allowance",
    "Assignment",
    "AuditEntry",
    "Background",
    "Base",
    "BlockedDays",
    "Booking",
    "BookingState",
    "Company",
    "FinanceType",
    "Hub",
    "Invitation",
    "Lease",
    "Membership",
    "Occupancy",
    "Offer",
    "OfferKind",
    "OfferState",
    "OutboxMessage",
    "OutboxState",
    "Proposal",
    "Publication",
    "Reason",
    "Reminder",
    "ReminderKind",
    "ReminderState",
    "RequestChoice",
    "RequestException",
    "RequestState",
    "RequestWindow",
    "Role",
    "Round",
    "RoundState",
    "RunState",
    "School",
    "SchoolLevel",
    "Slot",
    "SlotState",
    "SolveRun",
    "Study",
    "StudyKind",
    "Team",
    "TeamOffer",
    "TeamWindow",
    "Token",
    "TokenPurpose",
    "User",
    "UserSession",
    "VisitRequest",
    "WaitlistEntry",
    "WaitlistState",
    "db",
    "has_code",
]
