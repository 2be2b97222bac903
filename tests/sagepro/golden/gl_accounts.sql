BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT glacnt.glacnt, glacnt.gldesc, glacnt.gltype, glacnt.glstat FROM glacnt ORDER BY glacnt.glacnt
ROLLBACK TRAN

