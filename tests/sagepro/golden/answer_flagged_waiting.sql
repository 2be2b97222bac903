BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'flagged:7:0'
--   marker_1_1 = '          PTE2PNAPJH'
--   marker_1_2 = 'PTE2PNAPJH'
--   marker_1_3 = 'PTE2PNAPJH          '
SELECT TOP 2 arpayrq.reqno, arpayrq.reqflag, arpayrq.reqkind, arpayrq.custno, arpayrq.vaultid, arpayrq.paytrid, arpayrq.invno, arpayrq.reqamt, arpayrq.currency, arpayrq.planfreq, arpayrq.planstrt, arpayrq.plancnt, arpayrq.reqdesc, arpayrq.reqgen, arpayrq.reqstat, arpayrq.reqid, arpayrq.reqmsg, arpayrq.lckstat FROM arpayrq WHERE arpayrq.reqno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '         7'
--   number_1_2 = '7'
--   number_1_3 = '7         '
UPDATE arpayrq SET reqstat=%(status)s, reqid=%(result_id)s, reqmsg=%(message)s WHERE arpayrq.reqno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400))) AND arpayrq.reqgen = %(generation_1)s AND arpayrq.reqflag IN (CAST(%(flag_1_1)s AS VARCHAR(400)))
--   status = 'Waiting'
--   result_id = ''
--   message = 'A second person.'
--   number_1_1 = '         7'
--   number_1_2 = '7'
--   number_1_3 = '7         '
--   generation_1 = 0
--   flag_1_1 = 'Y'
SELECT arpayrq.reqno, arpayrq.reqflag, arpayrq.reqkind, arpayrq.custno, arpayrq.vaultid, arpayrq.paytrid, arpayrq.invno, arpayrq.reqamt, arpayrq.currency, arpayrq.planfreq, arpayrq.planstrt, arpayrq.plancnt, arpayrq.reqdesc, arpayrq.reqgen, arpayrq.reqstat, arpayrq.reqid, arpayrq.reqmsg, arpayrq.lckstat FROM arpayrq WHERE arpayrq.reqno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '         7'
--   number_1_2 = '7'
--   number_1_3 = '7         '
COMMIT TRAN

