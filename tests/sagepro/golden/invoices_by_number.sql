BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400))) ORDER BY armast.invdte, armast.invno
--   number_1_1 = '     10432'
--   number_1_2 = '     10433'
--   number_1_3 = '10432'
--   number_1_4 = '10432     '
--   number_1_5 = '10433'
--   number_1_6 = '10433     '
SELECT arymst.invno, arymst.custno, arymst.invdte, arymst.ornum, arymst.ponum, arymst.salesmn, arymst.invamt, arymst.paidamt, arymst.balance, arymst.bbal, arymst.dtepaid, arymst.duedate, arymst.arstat, arymst.artype, arymst.refno, arymst.currency, arymst.currate, arymst.lckstat, arymst.adduser, arymst.adddate, arymst.addtime, arymst.paystat FROM arymst WHERE arymst.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400))) ORDER BY arymst.invdte, arymst.invno
--   number_1_1 = '     10432'
--   number_1_2 = '     10433'
--   number_1_3 = '10432'
--   number_1_4 = '10432     '
--   number_1_5 = '10433'
--   number_1_6 = '10433     '
ROLLBACK TRAN

