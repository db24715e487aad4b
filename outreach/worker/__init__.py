"""The worker process: everything that outlives a request. Start at `clockwork.py`; `duties.py` says what is done how often.

What is due is always a row, claimed by one conditional UPDATE; the scheduler in here is only a clock. So a second worker may
run beside the first and takes over when it stops, and a worker that was away misses nothing.
"""
