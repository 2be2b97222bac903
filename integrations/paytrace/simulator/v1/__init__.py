"""API v1 as PayTrace documents it: POST, JSON, `success` and `response_code` in each answer."""
