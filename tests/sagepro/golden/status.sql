BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '     10433'
--   number_1_2 = '10433'
--   number_1_3 = '10433     '
UPDATE armast SET paystat=%(payment_status)s WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   payment_status = 'Declined'
--   number_1_1 = '     10433'
--   number_1_2 = '10433'
--   number_1_3 = '10433     '
COMMIT TRAN

