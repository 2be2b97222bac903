"""Record a real sandbox's answers, redacted, and say where they differ from the simulator's.

`python -m integrations.paytrace.recorder --out FOLDER`, with the sandbox account in the
environment (see `sandbox.py`). No card number is taken: it charges a stored customer.
"""
