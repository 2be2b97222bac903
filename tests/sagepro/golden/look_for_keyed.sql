BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.dtepaid, arycsh.id_col
--   marker_1_1 = 'PT00000001'
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.dtepaid, arcash.id_col
--   marker_1_1 = 'PT00000001'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME01'
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '     10432'
--   number_1_2 = '10432'
--   number_1_3 = '10432     '
SELECT sycdfis.fisyear, sycdfis.fisper, sycdfis.begdate, sycdfis.enddate, sycdfis.closed FROM sycdfis ORDER BY sycdfis.begdate
SELECT glacnt.glacnt, glacnt.gldesc, glacnt.gltype, glacnt.glstat FROM glacnt WHERE glacnt.glacnt IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400)))
--   number_1_1 = '                 1105-00'
--   number_1_2 = '                 1200-00'
--   number_1_3 = '1105-00'
--   number_1_4 = '1105-00                 '
--   number_1_5 = '1200-00'
--   number_1_6 = '1200-00                 '
ROLLBACK TRAN

