BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT TOP 2 arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno > %(number_1)s ORDER BY arcust.custno
--   number_1 = 'ACME01'
ROLLBACK TRAN

