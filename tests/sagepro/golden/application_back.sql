BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'undo-1'
--   marker_1_1 = '          PTZUF2D14S'
--   marker_1_2 = 'PTZUF2D14S'
--   marker_1_3 = 'PTZUF2D14S          '
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTZUF2D14S'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTZUF2D14S'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ZENITH'
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400)))
--   effect_key_1_1 = 'apply-1'
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTI2MJJI0F'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTI2MJJI0F'
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.revkey IN (CAST(%(reverses_1_1)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   reverses_1_1 = 'apply-1'
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '     10244'
--   number_1_2 = '10244'
--   number_1_3 = '10244     '
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '   OC00017'
--   number_1_2 = 'OC00017'
--   number_1_3 = 'OC00017   '
SELECT sycdfis.fisyear, sycdfis.fisper, sycdfis.begdate, sycdfis.enddate, sycdfis.closed FROM sycdfis ORDER BY sycdfis.begdate
SELECT sysdata.sysid, sysdata.compid, sysdata.int1 FROM sysdata WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400)))
--   key_1_1 = 'AR'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
UPDATE sysdata SET int1=%(value)s WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400))) AND sysdata.int1 = %(value_1)s
--   value = 4688
--   key_1_1 = 'AR'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
--   value_1 = 4687
INSERT INTO ptpost (effkey, company, marker, payhash, kind, state, custno, invoices, nreceipt, nlines, amount, currency, acctdate, arsess, revkey, posted) VALUES (%(effect_key)s, %(company)s, %(marker)s, %(payload_hash)s, %(kind)s, %(state)s, %(customer_number)s, %(invoices)s, %(receipt_count)s, %(line_count)s, %(amount)s, %(currency)s, %(accounting_date)s, %(session)s, %(reverses)s, CURRENT_TIMESTAMP)
--   effect_key = 'undo-1'
--   company = '01'
--   marker = 'PTZUF2D14S'
--   payload_hash = '29f33101080dc5e9f24846b75bc7616ba3b60e15b9fdb630ed76ba5ab36566cf'
--   kind = 'reversal'
--   state = 'written'
--   customer_number = 'ZENITH'
--   invoices = '[["10244", "-40.0000", "0.0000"], ["OC00017", "40.0000", "0.0000"]]'
--   receipt_count = 2
--   line_count = 0
--   amount = Decimal('40.00')
--   currency = 'USD'
--   accounting_date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004688'
--   reverses = 'apply-1'
SELECT CURRENT_TIMESTAMP AS now_1
UPDATE armast SET paidamt=%(paid)s, balance=%(balance)s, bbal=%(base_balance)s WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400))) AND armast.balance = %(balance_1)s AND armast.paidamt = %(paid_1)s
--   paid = Decimal('226.9100')
--   balance = Decimal('152.4300')
--   base_balance = Decimal('152.4300')
--   number_1_1 = '     10244'
--   number_1_2 = '10244'
--   number_1_3 = '10244     '
--   balance_1 = Decimal('112.4300')
--   paid_1 = Decimal('266.9100')
INSERT INTO arcash (invno, invdte, custno, salesmn, ponum, paidamt, disamt, dtepaid, refno, artype, glaccnt, checkno, paytype, payref, paynote, currency, arsess, recdel, adduser, adddate, addtime, apcode, batch, oti, ccati, applto, lckstat, lckuser, lckdate, lcktime, glarec) VALUES (%(invoice_number)s, %(invoice_date)s, %(customer_number)s, %(salesman)s, %(customer_po)s, %(paid)s, %(discount)s, %(paid_date)s, %(marker)s, %(type)s, %(cash_account)s, %(check_number)s, %(payment_type)s, %(reference)s, %(comment)s, %(currency)s, %(session)s, %(deleted)s, %(added_by)s, %(added_date)s, %(added_time)s, %(unread_apcode)s, %(unread_batch)s, %(unread_oti)s, %(unread_ccati)s, %(unread_applto)s, %(unread_lckstat)s, %(unread_lckuser)s, %(unread_lckdate)s, %(unread_lcktime)s, %(unread_glarec)s)
--   invoice_number = '     10244'
--   invoice_date = datetime.datetime(2026, 8, 23, 0, 0)
--   customer_number = 'ZENITH'
--   salesman = 'JM'
--   customer_po = ''
--   paid = Decimal('-40.00')
--   discount = Decimal('0')
--   paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   marker = 'PTZUF2D14S'
--   type = ''
--   cash_account = ''
--   check_number = ''
--   payment_type = ''
--   reference = ''
--   comment = ''
--   currency = 'USD'
--   session = '004688'
--   deleted = False
--   added_by = 'PT'
--   added_date = (by the company's clock)
--   added_time = (by the company's clock)
--   unread_apcode = ''
--   unread_batch = ''
--   unread_oti = ''
--   unread_ccati = ''
--   unread_applto = ''
--   unread_lckstat = ''
--   unread_lckuser = ''
--   unread_lckdate = datetime.datetime(1900, 1, 1, 0, 0)
--   unread_lcktime = ''
--   unread_glarec = 'AR'
UPDATE armast SET paidamt=%(paid)s, balance=%(balance)s, bbal=%(base_balance)s WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400))) AND armast.balance = %(balance_1)s AND armast.paidamt = %(paid_1)s
--   paid = Decimal('-60.0000')
--   balance = Decimal('-90.0000')
--   base_balance = Decimal('-90.0000')
--   number_1_1 = '   OC00017'
--   number_1_2 = 'OC00017'
--   number_1_3 = 'OC00017   '
--   balance_1 = Decimal('-50.0000')
--   paid_1 = Decimal('-100.0000')
INSERT INTO arcash (invno, invdte, custno, salesmn, ponum, paidamt, disamt, dtepaid, refno, artype, glaccnt, checkno, paytype, payref, paynote, currency, arsess, recdel, adduser, adddate, addtime, apcode, batch, oti, ccati, applto, lckstat, lckuser, lckdate, lcktime, glarec) VALUES (%(invoice_number)s, %(invoice_date)s, %(customer_number)s, %(salesman)s, %(customer_po)s, %(paid)s, %(discount)s, %(paid_date)s, %(marker)s, %(type)s, %(cash_account)s, %(check_number)s, %(payment_type)s, %(reference)s, %(comment)s, %(currency)s, %(session)s, %(deleted)s, %(added_by)s, %(added_date)s, %(added_time)s, %(unread_apcode)s, %(unread_batch)s, %(unread_oti)s, %(unread_ccati)s, %(unread_applto)s, %(unread_lckstat)s, %(unread_lckuser)s, %(unread_lckdate)s, %(unread_lcktime)s, %(unread_glarec)s)
--   invoice_number = '   OC00017'
--   invoice_date = datetime.datetime(2026, 10, 30, 0, 0)
--   customer_number = 'ZENITH'
--   salesman = 'JM'
--   customer_po = ''
--   paid = Decimal('40.00')
--   discount = Decimal('0')
--   paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   marker = 'PTZUF2D14S'
--   type = 'O'
--   cash_account = ''
--   check_number = ''
--   payment_type = ''
--   reference = ''
--   comment = ''
--   currency = 'USD'
--   session = '004688'
--   deleted = False
--   added_by = 'PT'
--   added_date = (by the company's clock)
--   added_time = (by the company's clock)
--   unread_apcode = ''
--   unread_batch = ''
--   unread_oti = ''
--   unread_ccati = ''
--   unread_applto = ''
--   unread_lckstat = ''
--   unread_lckuser = ''
--   unread_lckdate = datetime.datetime(1900, 1, 1, 0, 0)
--   unread_lcktime = ''
--   unread_glarec = 'AR'
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400)))
--   effect_key_1_1 = 'undo-1'
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTZUF2D14S'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTZUF2D14S'
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400))) ORDER BY armast.invno
--   number_1_1 = '     10244'
--   number_1_2 = '   OC00017'
--   number_1_3 = '10244'
--   number_1_4 = '10244     '
--   number_1_5 = 'OC00017'
--   number_1_6 = 'OC00017   '
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ZENITH'
SELECT ardist.glacnt, ardist.tranno, ardist.trandte, ardist.arsess, ardist.amount FROM ardist WHERE ardist.arsess IN (CAST(%(session_1_1)s AS VARCHAR(400))) ORDER BY ardist.glacnt, ardist.amount
--   session_1_1 = '004688'
COMMIT TRAN

BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400)))
--   effect_key_1_1 = 'undo-1'
SELECT arcash.id_col, arcash.invno, arcash.invdte, arcash.custno, arcash.salesmn, arcash.ponum, arcash.paidamt, arcash.disamt, arcash.dtepaid, arcash.refno, arcash.artype, arcash.glaccnt, arcash.checkno, arcash.paytype, arcash.payref, arcash.paynote, arcash.currency, arcash.arsess, arcash.recdel, arcash.adduser, arcash.adddate, arcash.addtime FROM arcash WHERE arcash.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arcash.id_col
--   marker_1_1 = 'PTZUF2D14S'
SELECT arycsh.id_col, arycsh.invno, arycsh.invdte, arycsh.custno, arycsh.salesmn, arycsh.ponum, arycsh.paidamt, arycsh.disamt, arycsh.dtepaid, arycsh.refno, arycsh.artype, arycsh.glaccnt, arycsh.checkno, arycsh.paytype, arycsh.payref, arycsh.paynote, arycsh.currency, arycsh.arsess, arycsh.recdel, arycsh.adduser, arycsh.adddate, arycsh.addtime FROM arycsh WHERE arycsh.refno IN (CAST(%(marker_1_1)s AS VARCHAR(400))) ORDER BY arycsh.id_col
--   marker_1_1 = 'PTZUF2D14S'
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400))) ORDER BY armast.invno
--   number_1_1 = '     10244'
--   number_1_2 = '   OC00017'
--   number_1_3 = '10244'
--   number_1_4 = '10244     '
--   number_1_5 = 'OC00017'
--   number_1_6 = 'OC00017   '
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ZENITH'
SELECT ardist.glacnt, ardist.tranno, ardist.trandte, ardist.arsess, ardist.amount FROM ardist WHERE ardist.arsess IN (CAST(%(session_1_1)s AS VARCHAR(400))) ORDER BY ardist.glacnt, ardist.amount
--   session_1_1 = '004688'
ROLLBACK TRAN

