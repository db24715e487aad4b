"""Outreach: schools of Hong Kong meet the city's technology firms. The application factory is in `outreach.app`."""
