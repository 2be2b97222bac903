BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.lckdate BETWEEN %(changed_date_1)s AND %(changed_date_2)s ORDER BY arcust.custno
--   changed_date_1 = datetime.datetime(2026, 11, 20, 0, 0)
--   changed_date_2 = datetime.datetime(9999, 12, 30, 0, 0)
ROLLBACK TRAN

