"""A PayTrace to practise on: its own process, both API versions, faults and a clock on request."""
