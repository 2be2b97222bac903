BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT syccomp.compid, syccomp.company FROM syccomp WHERE syccomp.compid IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '        01'
--   number_1_2 = '01'
--   number_1_3 = '01        '
SELECT sycdfis.fisyear, sycdfis.fisper, sycdfis.begdate, sycdfis.enddate, sycdfis.closed FROM sycdfis ORDER BY sycdfis.begdate
SELECT count(*) AS count_1 FROM arcust
SELECT count(*) AS count_1 FROM armast WHERE armast.balance != %(balance_1)s AND (armast.arstat NOT IN (%(status_1_1)s, %(status_1_2)s))
--   balance_1 = 0
--   status_1_1 = 'V'
--   status_1_2 = 'X'
SELECT count(*) AS count_1 FROM glacnt
ROLLBACK TRAN

