"""API v3 ("B2B API"): `merchant_id` in each request, `data` around each answer.

Answers are not published; the envelope follows the solution25 Shopware plugin, the fields v1's
(inferred). A refused item of a batch call carries `status: "failure"` and v1's `errors`
(inferred).
"""
