"""A Sage Pro company in a process of its own: its driver keeps trust and limits process-wide."""
