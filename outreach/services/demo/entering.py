"""Entering the people and the bodies of the demonstration: accounts, schools, hubs, firms, their offers, slots and teams.

Everything goes through the deeds that the pages use, in the name of whoever would do it: staff import schools and enter
firms, coordinators write offers, teachers set their school's day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from outreach.models import Company, OfferKind, Role, School, TokenPurpose, User, db
from outreach.services.accounts import set_password
from outreach.services.companies import CompanyFacts, add_company, add_hub
from outreach.services.demo.city import CityPlan
from outreach.services.demo.firms import CompanyPlan
from outreach.services.demo.offers import OfferPlan
from outreach.services.demo.people import CAST, PersonPlan, cast_person
from outreach.services.demo.supply import TEAM_DAY, Supply, TeamPlan
from outreach.services.invitations import accept_invitation, invite
from outreach.services.offers import OfferFacts, post_offer, write_offer
from outreach.services.school_file import SchoolFile
from outreach.services.schools import block_days, change_school, import_schools
from outreach.services.slots import AS_OFFERED, Limits, add_slot
from outreach.services.teams import TeamFacts, add_team, add_window
from outreach.services.tokens import issue_token

DOMAIN = "example.org"


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered, by the keys of the plan: accounts as rows, because every deed asks for one; the rest as numbers."""

    users: dict[str, User] = field(default_factory=dict)
    teachers: dict[str, User] = field(default_factory=dict)
    schools: dict[str, int] = field(default_factory=dict)
    hubs: dict[str, int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)
    offers: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)

    def user(self, person: PersonPlan) -> User:
        """The account of this person."""
        return self.users[person.key]

    @property
    def staff(self) -> User:
        """Stan, who runs the programme."""
        return self.user(cast_person("staff"))


def email_of(person: PersonPlan) -> str:
    """The address under which this person signs in; mail to it reaches nobody."""
    return f"{person.key}@{DOMAIN}"


def enter_office(entered: Entered, *, now: datetime) -> None:
    """The first administrator, let in as at the command line, and Stan."""
    _invite(entered, cast_person("administrator"), Role.ADMINISTRATOR, None, by=None, now=now)
    ada = entered.user(cast_person("administrator"))
    _invite(entered, cast_person("staff"), Role.STAFF, None, by=ada, now=now)


def enter_schools(entered: Entered, city: CityPlan, file: SchoolFile, *, now: datetime) -> None:
    """All schools of the file, and for those that take part a teacher, the hours of the school day and blocked days."""
    import_schools(file=file, by=entered.staff, now=now)
    rows = {school.source_key: school for school in db.session.scalars(select(School))}
    for plan in city.schools:
        school = rows[plan.key]
        entered.schools[plan.key] = school.id
        _invite(entered, plan.teacher, Role.TEACHER, school.id, by=entered.staff, now=now)
        teacher = entered.teachers[plan.key] = entered.user(plan.teacher)
        change_school(
            school_id=school.id,
            seen_version=school.version,
            day_start=plan.day_start,
            day_end=plan.day_end,
            max_per_day=1,
            max_bookings=None,
            by=teacher,
            now=now,
        )
        for block in plan.blocked:
            reason = block.reason.en if teacher.language == "en_HK" else block.reason.zh
            block_days(
                school_id=school.id,
                first_day=block.first,
                last_day=block.last,
                reason=reason,
                by=teacher,
                now=now,
            )


def enter_firms(entered: Entered, city: CityPlan, *, now: datetime) -> None:
    """Hubs with a member each, firms with a coordinator each, the offers that the coordinators write, their teams."""
    for hub in city.hubs:
        row = add_hub(name_en=hub.name.en, name_zh=hub.name.zh, by=entered.staff, now=now)
        db.session.flush()
        entered.hubs[hub.key] = row.id
        _invite(entered, city.hub_members[hub.key], Role.HUB, row.id, by=entered.staff, now=now)
    for company in city.companies:
        entered.companies[company.key] = _enter_company(entered, company, now=now).id
        body = entered.companies[company.key]
        _invite(entered, city.coordinators[company.key], Role.COORDINATOR, body, by=entered.staff, now=now)
    companies = {company.key: company for company in city.companies}
    for offer in city.offers:
        by = entered.user(city.coordinators[offer.company])
        entered.offers[offer.key] = _enter_offer(entered, offer, companies[offer.company], by=by, now=now)
    for team in city.teams:
        by = entered.user(city.coordinators[team.company])
        entered.teams[team.key] = _enter_team(entered, team, companies[team.company], by=by, now=now)


def open_doors(entered: Entered, password: str, *, now: datetime) -> None:
    """Let the five of the cast choose the demonstration's password, each by an invitation of their own."""
    for member in CAST:
        key = issue_token(user_id=entered.user(member.person).id, purpose=TokenPurpose.INVITATION, now=now)
        db.session.flush()
        set_password(key=key, purpose=TokenPurpose.INVITATION, password=password, now=now)


def enter_supply(entered: Entered, city: CityPlan, supply: Supply, *, now: datetime) -> None:
    """A term's slots and team days, each by the coordinator of its firm."""
    company_of = {offer.key: offer.company for offer in city.offers}
    company_of |= {team.key: team.company for team in city.teams}
    for slot in supply.slots:
        add_slot(
            offer_id=entered.offers[slot.offer],
            day=slot.day,
            start_time=slot.start,
            end_time=slot.end,
            limits=AS_OFFERED
            if slot.max_pupils is None
            else Limits(max_pupils=slot.max_pupils, max_groups=1),
            by=entered.user(city.coordinators[company_of[slot.offer]]),
            now=now,
        )
    start, end = TEAM_DAY
    for team_day in supply.team_days:
        add_window(
            team_id=entered.teams[team_day.team],
            day=team_day.day,
            start_time=start,
            end_time=end,
            by=entered.user(city.coordinators[company_of[team_day.team]]),
            now=now,
        )


def _invite(
    entered: Entered, person: PersonPlan, role: Role, body_id: int | None, *, by: User | None, now: datetime
) -> None:
    invited = invite(
        email=email_of(person),
        name=person.name,
        role=role,
        body_id=body_id,
        language=person.language,
        by=by,
        now=now,
    )
    if invited.invitation is not None:
        accept_invitation(invitation_id=invited.invitation.id, by=invited.user, now=now)
    entered.users[person.key] = invited.user


def _enter_company(entered: Entered, plan: CompanyPlan, *, now: datetime) -> Company:
    facts = CompanyFacts(
        name_en=plan.name.en,
        name_zh=plan.name.zh,
        profile_en=plan.profile.en,
        profile_zh=plan.profile.zh,
        max_sessions_per_week=plan.max_sessions_per_week,
    )
    hub_id = None if plan.hub is None else entered.hubs[plan.hub]
    company = add_company(facts=facts, hub_id=hub_id, by=entered.staff, now=now)
    db.session.flush()
    return company


def _enter_offer(entered: Entered, plan: OfferPlan, company: CompanyPlan, *, by: User, now: datetime) -> int:
    facts = OfferFacts(
        kind=OfferKind(plan.kind),
        title_en=plan.title.en,
        title_zh=plan.title.zh,
        summary_en=plan.summary.en,
        summary_zh=plan.summary.zh,
        address_en=company.area.address.en,
        address_zh=company.area.address.zh,
        district=company.area.district,
        longitude=company.area.lon,
        latitude=company.area.lat,
        grades=plan.grades,
        languages=plan.languages,
        topics=plan.topics,
        wheelchair=plan.wheelchair,
        minutes=plan.minutes,
        min_pupils=plan.min_pupils,
        max_pupils=plan.max_pupils,
        max_groups=plan.max_groups,
    )
    offer = write_offer(company_id=entered.companies[plan.company], facts=facts, by=by, now=now)
    db.session.flush()
    post_offer(offer_id=offer.id, by=by, now=now)
    return offer.id


def _enter_team(entered: Entered, plan: TeamPlan, company: CompanyPlan, *, by: User, now: datetime) -> int:
    facts = TeamFacts(
        name_en=plan.name.en,
        name_zh=plan.name.zh,
        offer_ids=tuple(entered.offers[key] for key in plan.offers),
        district=company.area.district,
        longitude=company.area.lon,
        latitude=company.area.lat,
        max_sessions_per_day=plan.max_sessions_per_day,
        turnaround_minutes=plan.turnaround_minutes,
        max_travel_minutes=plan.max_travel_minutes,
    )
    team = add_team(company_id=entered.companies[plan.company], facts=facts, by=by, now=now)
    db.session.flush()
    return team.id
