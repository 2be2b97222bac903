BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'sale-1'
--   marker_1_1 = '          PTH06BA0EN'
--   marker_1_2 = 'PTH06BA0EN'
--   marker_1_3 = 'PTH06BA0EN          '
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTH06BA0EN'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTH06BA0EN'
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400)), CAST(%(number_1_7)s AS VARCHAR(400))) ORDER BY armast.invno
--   number_1_1 = '     10432'
--   number_1_2 = '     10433'
--   number_1_3 = '10432'
--   number_1_4 = '10432     '
--   number_1_5 = '10433'
--   number_1_6 = '10433     '
--   number_1_7 = 'PTH06BA0EN'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME01'
SELECT ardist.glacnt, ardist.tranno, ardist.trandte, ardist.arsess, ardist.amount FROM ardist WHERE ardist.arsess IN (CAST(%(session_1_1)s AS VARCHAR(400))) ORDER BY ardist.glacnt, ardist.amount
--   session_1_1 = '004684'
COMMIT TRAN

