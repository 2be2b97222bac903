"""PayTrace API v3 ("B2B API"): client credentials, `merchant_id` in each request.

Reply bodies are not published; the envelope is read as the solution25 Shopware plugin reads it
(`data` object; batch calls a list with a `status` each), and widely on purpose.
"""
