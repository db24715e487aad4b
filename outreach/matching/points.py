"""How much a request likes an offer (`preference` points)."""

from __future__ import annotations

from outreach.matching.problem import Offer, VisitRequest

FIRST_CHOICE = 100
PER_RANK = 15
LAST_CHOICE = 10
PER_TOPIC = 10


def rank_of(visit_request: VisitRequest, offer: Offer) -> int | None:
    """The best rank (0 first) at which the offer or its company stands in the choices, or None."""
    for rank, choice in enumerate(visit_request.choices):
        if choice in (offer.id, offer.company):
            return rank
    return None


def most_points(visit_request: VisitRequest) -> int:
    """No place gives the request more points than this."""
    if visit_request.scores is not None:
        return max(visit_request.scores.values(), default=0)
    return FIRST_CHOICE + PER_TOPIC * len(visit_request.topics)


def points_of(visit_request: VisitRequest, offer: Offer, place_id: str) -> int:
    """Points for a place (slot or team id) that gives `offer`: the request's own score there, if it has scores."""
    if visit_request.scores is not None:
        return visit_request.scores.get(place_id, 0)
    rank = rank_of(visit_request, offer)
    chosen = 0 if rank is None else max(LAST_CHOICE, FIRST_CHOICE - PER_RANK * rank)
    return chosen + PER_TOPIC * len(visit_request.topics & offer.topics)
