"""The demonstration city: an invented programme that fills an empty database.

Start at :mod:`outreach.services.demo.city`, which plans everything purely (no database, no clock, no web): schools,
firms, offers, slots, teams and requests. The other files hold the words and places it draws from.
"""
