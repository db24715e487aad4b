"""The worker's clock: APScheduler rings each duty at its interval, the lease decides whether this worker acts on it.

The scheduler's memory holds nothing worth keeping: no job store, no due times. A tick that comes late comes once
(`coalesce`), is never thrown away (`misfire_grace_time=None`) and never runs beside itself (`max_instances=1`).
"""

from __future__ import annotations

import logging
import signal
import time
from datetime import UTC, timedelta
from types import FrameType

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from outreach.services.leases import hold, release
from outreach.worker.duties import DUTIES, Duty, Shift

log = structlog.get_logger()

LEASE_NAME = "worker"
# A dead worker's lease ends after 20 seconds and is asked for every 5: another has taken over within 25.
LEASE_SECONDS = 20
RENEW_SECONDS = 5


class Clockwork:
    """One worker at work. `leads` tells whether it is the one that acts."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self._leads_until = 0.0
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(DUTIES) + 1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self.scheduler.add_listener(_tell, EVENT_JOB_ERROR)
        self.scheduler.add_job(self.renew, "interval", seconds=RENEW_SECONDS, id="lease")
        for duty in DUTIES:
            self.scheduler.add_job(self.ring, "interval", seconds=duty.seconds, args=(duty,), id=duty.name)

    @property
    def leads(self) -> bool:
        """The lease is ours and has not run out; by our own clock that nobody sets."""
        return time.monotonic() < self._leads_until

    def renew(self) -> None:
        """Take or keep the lease."""
        asked, led = time.monotonic(), self.leads
        lasting = timedelta(seconds=LEASE_SECONDS)
        with self.shift.app.app_context():
            ours = hold(name=LEASE_NAME, holder=self.shift.holder, lasting=lasting, now=self.shift.clock())
        self._leads_until = asked + LEASE_SECONDS if ours else 0.0
        if ours != led:
            log.info("worker leads" if ours else "worker waits", holder=self.shift.holder)

    def ring(self, duty: Duty) -> None:
        """One tick of one duty."""
        if self.leads and not self.shift.ending.is_set():
            with self.shift.app.app_context():
                duty.act(self.shift)

    def run(self) -> None:
        """Work until `shift.ending` is set; then finish the letter in hand, end the solver, give the lease back."""
        # Ticks that come while the last one still works are expected, not worth a warning each.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self.renew()
        self.scheduler.start()
        log.info("worker ready", holder=self.shift.holder)
        self.shift.ending.wait()
        self.scheduler.shutdown(wait=True)
        with self.shift.app.app_context():
            release(name=LEASE_NAME, holder=self.shift.holder, now=self.shift.clock())
        log.info("worker ended", holder=self.shift.holder)


def _tell(event: JobExecutionEvent) -> None:
    # The outermost loop: a duty that failed is told and rung again at its next tick.
    log.error("duty failed", duty=event.job_id, fault=repr(event.exception), trace=event.traceback)


def work(shift: Shift) -> None:
    """Run a clockwork in the main thread; SIGTERM and Ctrl-C end it cleanly."""

    def end(signum: int, frame: FrameType | None) -> None:
        shift.ending.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    Clockwork(shift).run()
