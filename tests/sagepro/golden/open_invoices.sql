BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.balance != %(balance_1)s AND (armast.arstat NOT IN (%(status_1_1)s, %(status_1_2)s)) AND armast.custno IN (CAST(%(customer_number_1_1)s AS VARCHAR(400))) ORDER BY armast.invdte, armast.invno
--   balance_1 = 0
--   status_1_1 = 'V'
--   status_1_2 = 'X'
--   customer_number_1_1 = 'ACME01'
ROLLBACK TRAN

