"""The steps of a workflow: pure functions from what is known to what is drafted."""
