"""Which document, sale or receipt a payment belongs to. Pure: what was read in Sage comes in."""
