"""PayTrace API v1: POST with a JSON body, OAuth password grant, `integrator_id` in each body."""
