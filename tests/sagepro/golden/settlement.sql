BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'batch-1'
--   marker_1_1 = '          PTUGE1OWVD'
--   marker_1_2 = 'PTUGE1OWVD'
--   marker_1_3 = 'PTUGE1OWVD          '
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTUGE1OWVD'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTUGE1OWVD'
SELECT ardist.glacnt, ardist.tranno, ardist.trandte, ardist.arsess, ardist.amount FROM ardist WHERE ardist.tranno IN (CAST(%(document_number_1_1)s AS VARCHAR(400))) ORDER BY ardist.glacnt, ardist.amount
--   document_number_1_1 = 'PTUGE1OWVD'
SELECT sycdfis.fisyear, sycdfis.fisper, sycdfis.begdate, sycdfis.enddate, sycdfis.closed FROM sycdfis ORDER BY sycdfis.begdate
SELECT glacnt.glacnt, glacnt.gldesc, glacnt.gltype, glacnt.glstat FROM glacnt WHERE glacnt.glacnt IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400)))
--   number_1_1 = '                 1010-00'
--   number_1_2 = '                 1105-00'
--   number_1_3 = '1010-00'
--   number_1_4 = '1010-00                 '
--   number_1_5 = '1105-00'
--   number_1_6 = '1105-00                 '
SELECT sysdata.sysid, sysdata.compid, sysdata.int1 FROM sysdata WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400)))
--   key_1_1 = 'AR'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
UPDATE sysdata SET int1=%(value)s WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400))) AND sysdata.int1 = %(value_1)s
--   value = 4689
--   key_1_1 = 'AR'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
--   value_1 = 4688
INSERT INTO ptpost (effkey, company, marker, payhash, kind, state, custno, invoices, nreceipt, nlines, amount, currency, acctdate, arsess, revkey, posted) VALUES (%(effect_key)s, %(company)s, %(marker)s, %(payload_hash)s, %(kind)s, %(state)s, %(customer_number)s, %(invoices)s, %(receipt_count)s, %(line_count)s, %(amount)s, %(currency)s, %(accounting_date)s, %(session)s, %(reverses)s, CURRENT_TIMESTAMP)
--   effect_key = 'batch-1'
--   company = '01'
--   marker = 'PTUGE1OWVD'
--   payload_hash = 'd8bb7b04321923541ba42a5f16ec81c251f0d0be06d7e28920719bca69a97054'
--   kind = 'settlement'
--   state = 'written'
--   customer_number = ''
--   invoices = '[]'
--   receipt_count = 0
--   line_count = 2
--   amount = Decimal('970.00')
--   currency = 'USD'
--   accounting_date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004689'
--   reverses = ''
SELECT CURRENT_TIMESTAMP AS now_1
INSERT INTO ardist (glacnt, tranno, trandte, arsess, amount, glbatch) VALUES (%(account)s, %(document_number)s, %(date)s, %(session)s, %(amount)s, %(unread_glbatch)s)
--   account = '1010-00'
--   document_number = 'PTUGE1OWVD'
--   date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004689'
--   amount = Decimal('970.00')
--   unread_glbatch = ''
INSERT INTO ardist (glacnt, tranno, trandte, arsess, amount, glbatch) VALUES (%(account)s, %(document_number)s, %(date)s, %(session)s, %(amount)s, %(unread_glbatch)s)
--   account = '1105-00'
--   document_number = 'PTUGE1OWVD'
--   date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004689'
--   amount = Decimal('-970.00')
--   unread_glbatch = ''
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400)))
--   effect_key_1_1 = 'batch-1'
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTUGE1OWVD'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTUGE1OWVD'
SELECT ardist.glacnt, ardist.tranno, ardist.trandte, ardist.arsess, ardist.amount FROM ardist WHERE ardist.arsess IN (CAST(%(session_1_1)s AS VARCHAR(400))) ORDER BY ardist.glacnt, ardist.amount
--   session_1_1 = '004689'
COMMIT TRAN

BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400)))
--   effect_key_1_1 = 'batch-1'
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTUGE1OWVD'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTUGE1OWVD'
SELECT ardist.glacnt, ardist.tranno, ardist.trandte, ardist.arsess, ardist.amount FROM ardist WHERE ardist.arsess IN (CAST(%(session_1_1)s AS VARCHAR(400))) ORDER BY ardist.glacnt, ardist.amount
--   session_1_1 = '004689'
ROLLBACK TRAN

