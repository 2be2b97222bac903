BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT sycdfis.fisyear, sycdfis.fisper, sycdfis.begdate, sycdfis.enddate, sycdfis.closed FROM sycdfis ORDER BY sycdfis.begdate
ROLLBACK TRAN

