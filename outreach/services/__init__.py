"""Deeds: one public function is one use case and one transaction. Start at `transaction.py`, then `bookings.py`."""
