"""Who may do what, written by hand: one line for each way to reach a page, one letter for each of the cast.

Letters:  + may    f forbidden (403)    n not found (404)    s asked to sign in
Columns:  tess, tom, theo (teachers; theo of another school), cora, cole (coordinators; cole of another company), hana (hub of
cora's company), stan (staff), ada (administrator), nobody (not signed in).

The rows of `Rows` belong to tess' and tom's school and to cora's company. "(draft)" and the like name a special row.
"""

from __future__ import annotations

COLUMNS = ("tess", "tom", "theo", "cora", "cole", "hana", "stan", "ada", "nobody")

EVERYBODY = "+++ +++ ++ +"
SIGNED_IN = "+++ +++ ++ s"
STAFF = "fff fff ++ s"
HOSTS = "fff +++ ++ s"
OWN_COMPANY = "fff +f+ ++ s"
OWN_SCHOOL = "++n fff ++ s"

TABLE: dict[str, str] = {
    "GET account.forgotten": EVERYBODY,
    "POST account.forgotten": EVERYBODY,
    "GET account.invitation": EVERYBODY,
    "POST account.invitation": EVERYBODY,
    "GET account.reset": EVERYBODY,
    "POST account.reset": EVERYBODY,
    "GET account.settings": SIGNED_IN,
    "POST account.settings": SIGNED_IN,
    "GET account.sign_in": EVERYBODY,
    "POST account.sign_in": EVERYBODY,
    "POST account.sign_out": SIGNED_IN,
    "GET bookings.calendar": "++n +n+ ++ s",
    "GET bookings.cancel": "++n +n+ ++ s",
    "POST bookings.cancel": "++n +n+ ++ s",
    "POST bookings.confirm": "++n fff ++ s",
    "POST bookings.decline": "++n fff ++ s",
    "GET bookings.index": SIGNED_IN,
    "GET bookings.new": "+++ fff ff s",
    "POST bookings.new": "+++ fff ff s",
    "GET bookings.new (draft)": "nnn fff ff s",
    "GET bookings.show": "++n +n+ ++ s",
    "GET companies.edit": OWN_COMPANY,
    "POST companies.edit": OWN_COMPANY,
    "GET companies.index": HOSTS,
    "GET companies.new": "fff ff+ ++ s",
    "POST companies.new": "fff ff+ ++ s",
    "GET companies.show": EVERYBODY,
    "GET home.index": EVERYBODY,
    "POST language.switch": EVERYBODY,
    "GET offers.edit": OWN_COMPANY,
    "POST offers.edit": OWN_COMPANY,
    "GET offers.edit (draft)": "fff +n+ ++ s",
    "GET offers.index": EVERYBODY,
    "GET offers.mine": HOSTS,
    "GET offers.new": OWN_COMPANY,
    "POST offers.new": OWN_COMPANY,
    "POST offers.post": OWN_COMPANY,
    "GET offers.show": EVERYBODY,
    "GET offers.show (draft)": "nnn +n+ ++ n",
    "POST offers.withdraw": OWN_COMPANY,
    "GET outbox.index": STAFF,
    "POST outbox.retry": STAFF,
    "GET outbox.show": STAFF,
    "POST people.disable": "fff fff f+ s",
    "POST people.enable": "fff fff f+ s",
    "GET people.index": HOSTS,
    "GET people.invite": HOSTS,
    "POST people.invite": HOSTS,
    "GET people.invite (hub)": "fff fff ++ s",
    "GET people.invite (teacher)": "fff fff ++ s",
    "GET people.invite (staff)": "fff fff f+ s",
    "GET people.invite (administrator)": "fff fff f+ s",
    "POST people.invite_again": "fff +n+ ++ s",
    "POST proposals.publish": STAFF,
    "GET proposals.show": STAFF,
    "GET requests.edit": OWN_SCHOOL,
    "POST requests.edit": OWN_SCHOOL,
    "POST requests.hand_in": OWN_SCHOOL,
    "GET requests.index": "+++ fff ++ s",
    "GET requests.new": "+++ fff ff s",
    "POST requests.new": "+++ fff ff s",
    "GET requests.show": OWN_SCHOOL,
    "POST requests.withdraw": OWN_SCHOOL,
    "GET roster.index": HOSTS,
    "GET roster.sheet": HOSTS,
    "GET rounds.edit": STAFF,
    "POST rounds.edit": STAFF,
    "GET rounds.index": STAFF,
    "POST rounds.move": STAFF,
    "GET rounds.new": STAFF,
    "POST rounds.new": STAFF,
    "GET rounds.show": STAFF,
    "GET runs.progress": STAFF,
    "GET runs.show": STAFF,
    "POST runs.start": STAFF,
    "POST runs.stop": STAFF,
    "POST schools.block": OWN_SCHOOL,
    "GET schools.edit": OWN_SCHOOL,
    "POST schools.edit": OWN_SCHOOL,
    "GET schools.import_file": STAFF,
    "POST schools.import_file": STAFF,
    "GET schools.index": STAFF,
    "GET schools.own": "+++ fff ff s",
    # The key is of a file that nobody uploaded: staff are told so.
    "GET schools.preview": "fff fff nn s",
    "POST schools.preview": "fff fff nn s",
    "GET schools.show": OWN_SCHOOL,
    "POST schools.unblock": OWN_SCHOOL,
    "POST slots.add_series": OWN_COMPANY,
    "GET slots.cancel": OWN_COMPANY,
    "POST slots.cancel": OWN_COMPANY,
    "GET slots.index": OWN_COMPANY,
    "GET slots.new": OWN_COMPANY,
    "POST slots.new": OWN_COMPANY,
    "GET slots.series": OWN_COMPANY,
    "POST slots.series": OWN_COMPANY,
    "GET statements.accessibility": EVERYBODY,
    "GET statements.privacy": EVERYBODY,
    "POST teams.add_weekly": "fff +n+ ++ s",
    "GET teams.add_window": "fff +n+ ++ s",
    "POST teams.add_window": "fff +n+ ++ s",
    "GET teams.edit": "fff +n+ ++ s",
    "POST teams.edit": "fff +n+ ++ s",
    "GET teams.index": HOSTS,
    "GET teams.new": OWN_COMPANY,
    "POST teams.new": OWN_COMPANY,
    "POST teams.remove_window": "fff +n+ ++ s",
    "POST teams.rest": "fff +n+ ++ s",
    "POST teams.resume": "fff +n+ ++ s",
    "GET teams.show": "fff +n+ ++ s",
    "GET teams.weekly": "fff +n+ ++ s",
    "POST teams.weekly": "fff +n+ ++ s",
    "GET waitlist.new": "+++ fff ff s",
    "POST waitlist.new": "+++ fff ff s",
    "POST waitlist.leave": OWN_SCHOOL,
}


def expected(line: str) -> dict[str, str]:
    """Person -> letter of one line of the table."""
    return dict(zip(COLUMNS, TABLE[line].replace(" ", ""), strict=True))
