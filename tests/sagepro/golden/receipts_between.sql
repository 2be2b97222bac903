BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.dtepaid BETWEEN %(paid_date_1)s AND %(paid_date_2)s ORDER BY arycsh.dtepaid, arycsh.id_col
--   paid_date_1 = datetime.datetime(2026, 11, 20, 0, 0)
--   paid_date_2 = datetime.datetime(2026, 11, 20, 0, 0)
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.dtepaid BETWEEN %(paid_date_1)s AND %(paid_date_2)s ORDER BY arcash.dtepaid, arcash.id_col
--   paid_date_1 = datetime.datetime(2026, 11, 20, 0, 0)
--   paid_date_2 = datetime.datetime(2026, 11, 20, 0, 0)
ROLLBACK TRAN

