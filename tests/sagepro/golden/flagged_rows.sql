BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT TOP 50 arpayrq.reqno, arpayrq.reqflag, arpayrq.reqkind, arpayrq.custno, arpayrq.vaultid, arpayrq.paytrid, arpayrq.invno, arpayrq.reqamt, arpayrq.currency, arpayrq.planfreq, arpayrq.planstrt, arpayrq.plancnt, arpayrq.reqdesc, arpayrq.reqgen, arpayrq.reqstat, arpayrq.reqid, arpayrq.reqmsg, arpayrq.lckstat FROM arpayrq WHERE arpayrq.reqflag IN (CAST(%(flag_1_1)s AS VARCHAR(400))) AND arpayrq.reqno > %(number_1)s ORDER BY arpayrq.reqno
--   flag_1_1 = 'Y'
--   number_1 = '1'
ROLLBACK TRAN

