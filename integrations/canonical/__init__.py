"""The words every stage shares. Pure: no ORM, no clock, no settings, no network."""
