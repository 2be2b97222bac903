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
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME01'
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '     10432'
--   number_1_2 = '10432'
--   number_1_3 = '10432     '
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '     10433'
--   number_1_2 = '10433'
--   number_1_3 = '10433     '
SELECT sycdfis.fisyear, sycdfis.fisper, sycdfis.begdate, sycdfis.enddate, sycdfis.closed FROM sycdfis ORDER BY sycdfis.begdate
SELECT glacnt.glacnt, glacnt.gldesc, glacnt.gltype, glacnt.glstat FROM glacnt WHERE glacnt.glacnt IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400)), CAST(%(number_1_7)s AS VARCHAR(400)), CAST(%(number_1_8)s AS VARCHAR(400)), CAST(%(number_1_9)s AS VARCHAR(400)))
--   number_1_1 = '                 1105-00'
--   number_1_2 = '                 1200-00'
--   number_1_3 = '                 4200-00'
--   number_1_4 = '1105-00'
--   number_1_5 = '1105-00                 '
--   number_1_6 = '1200-00'
--   number_1_7 = '1200-00                 '
--   number_1_8 = '4200-00'
--   number_1_9 = '4200-00                 '
SELECT armast.invno, armast.custno, armast.invdte, armast.ornum, armast.ponum, armast.salesmn, armast.invamt, armast.paidamt, armast.balance, armast.bbal, armast.dtepaid, armast.duedate, armast.arstat, armast.artype, armast.refno, armast.currency, armast.currate, armast.lckstat, armast.adduser, armast.adddate, armast.addtime, armast.paystat FROM armast WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'PTH06BA0EN'
SELECT arymst.invno, arymst.custno, arymst.invdte, arymst.ornum, arymst.ponum, arymst.salesmn, arymst.invamt, arymst.paidamt, arymst.balance, arymst.bbal, arymst.dtepaid, arymst.duedate, arymst.arstat, arymst.artype, arymst.refno, arymst.currency, arymst.currate, arymst.lckstat, arymst.adduser, arymst.adddate, arymst.addtime, arymst.paystat FROM arymst WHERE arymst.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'PTH06BA0EN'
SELECT sysdata.sysid, sysdata.compid, sysdata.int1 FROM sysdata WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400)))
--   key_1_1 = 'AR'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
UPDATE sysdata SET int1=%(value)s WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400))) AND sysdata.int1 = %(value_1)s
--   value = 4684
--   key_1_1 = 'AR'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
--   value_1 = 4683
INSERT INTO ptpost (effkey, company, marker, payhash, kind, state, custno, invoices, nreceipt, nlines, amount, currency, acctdate, arsess, revkey, posted) VALUES (%(effect_key)s, %(company)s, %(marker)s, %(payload_hash)s, %(kind)s, %(state)s, %(customer_number)s, %(invoices)s, %(receipt_count)s, %(line_count)s, %(amount)s, %(currency)s, %(accounting_date)s, %(session)s, %(reverses)s, CURRENT_TIMESTAMP)
--   effect_key = 'sale-1'
--   company = '01'
--   marker = 'PTH06BA0EN'
--   payload_hash = '96183fc8ae47d62621624000050f73bac431d6ea597108d04a953f9b6195a44e'
--   kind = 'receipt'
--   state = 'written'
--   customer_number = 'ACME01'
--   invoices = '[["10432", "725.0000", "15.0000"], ["10433", "200.0000", "0.0000"], ["PTH06BA0EN", "75.0000", "0.0000"]]'
--   receipt_count = 3
--   line_count = 3
--   amount = Decimal('1000.00')
--   currency = 'USD'
--   accounting_date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004684'
--   reverses = ''
SELECT CURRENT_TIMESTAMP AS now_1
UPDATE armast SET paidamt=%(paid)s, balance=%(balance)s, bbal=%(base_balance)s, dtepaid=%(paid_date)s WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400))) AND armast.balance = %(balance_1)s AND armast.paidamt = %(paid_1)s
--   paid = Decimal('740.0000')
--   balance = Decimal('0.0000')
--   base_balance = Decimal('0.0000')
--   paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   number_1_1 = '     10432'
--   number_1_2 = '10432'
--   number_1_3 = '10432     '
--   balance_1 = Decimal('740.0000')
--   paid_1 = Decimal('0.0000')
INSERT INTO arcash (invno, invdte, custno, salesmn, ponum, paidamt, disamt, dtepaid, refno, artype, glaccnt, checkno, paytype, payref, paynote, currency, arsess, recdel, adduser, adddate, addtime, apcode, batch, oti, ccati, applto, lckstat, lckuser, lckdate, lcktime, glarec) VALUES (%(invoice_number)s, %(invoice_date)s, %(customer_number)s, %(salesman)s, %(customer_po)s, %(paid)s, %(discount)s, %(paid_date)s, %(marker)s, %(type)s, %(cash_account)s, %(check_number)s, %(payment_type)s, %(reference)s, %(comment)s, %(currency)s, %(session)s, %(deleted)s, %(added_by)s, %(added_date)s, %(added_time)s, %(unread_apcode)s, %(unread_batch)s, %(unread_oti)s, %(unread_ccati)s, %(unread_applto)s, %(unread_lckstat)s, %(unread_lckuser)s, %(unread_lckdate)s, %(unread_lcktime)s, %(unread_glarec)s)
--   invoice_number = '     10432'
--   invoice_date = datetime.datetime(2026, 10, 18, 0, 0)
--   customer_number = 'ACME01'
--   salesman = 'JM'
--   customer_po = ''
--   paid = Decimal('725.00')
--   discount = Decimal('15.00')
--   paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   marker = 'PTH06BA0EN'
--   type = ''
--   cash_account = '1105-00'
--   check_number = ''
--   payment_type = ''
--   reference = '79388123'
--   comment = 'Visa'
--   currency = 'USD'
--   session = '004684'
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
UPDATE armast SET paidamt=%(paid)s, balance=%(balance)s, bbal=%(base_balance)s, dtepaid=%(paid_date)s WHERE armast.invno IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400))) AND armast.balance = %(balance_1)s AND armast.paidamt = %(paid_1)s
--   paid = Decimal('200.0000')
--   balance = Decimal('112.5000')
--   base_balance = Decimal('112.5000')
--   paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   number_1_1 = '     10433'
--   number_1_2 = '10433'
--   number_1_3 = '10433     '
--   balance_1 = Decimal('312.5000')
--   paid_1 = Decimal('0.0000')
INSERT INTO arcash (invno, invdte, custno, salesmn, ponum, paidamt, disamt, dtepaid, refno, artype, glaccnt, checkno, paytype, payref, paynote, currency, arsess, recdel, adduser, adddate, addtime, apcode, batch, oti, ccati, applto, lckstat, lckuser, lckdate, lcktime, glarec) VALUES (%(invoice_number)s, %(invoice_date)s, %(customer_number)s, %(salesman)s, %(customer_po)s, %(paid)s, %(discount)s, %(paid_date)s, %(marker)s, %(type)s, %(cash_account)s, %(check_number)s, %(payment_type)s, %(reference)s, %(comment)s, %(currency)s, %(session)s, %(deleted)s, %(added_by)s, %(added_date)s, %(added_time)s, %(unread_apcode)s, %(unread_batch)s, %(unread_oti)s, %(unread_ccati)s, %(unread_applto)s, %(unread_lckstat)s, %(unread_lckuser)s, %(unread_lckdate)s, %(unread_lcktime)s, %(unread_glarec)s)
--   invoice_number = '     10433'
--   invoice_date = datetime.datetime(2026, 10, 18, 0, 0)
--   customer_number = 'ACME01'
--   salesman = 'JM'
--   customer_po = 'PO-4293'
--   paid = Decimal('200.00')
--   discount = Decimal('0')
--   paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   marker = 'PTH06BA0EN'
--   type = ''
--   cash_account = '1105-00'
--   check_number = ''
--   payment_type = ''
--   reference = '79388123'
--   comment = 'Visa'
--   currency = 'USD'
--   session = '004684'
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
INSERT INTO armast (invno, custno, invdte, ornum, ponum, salesmn, invamt, paidamt, balance, bbal, dtepaid, duedate, arstat, artype, refno, currency, currate, lckstat, adduser, adddate, addtime, paystat, ordate, terr, pdisc, pdays, pnet, disc, taxrate, tax, disamt, batch, [current], taxdist, oti, notes, lckuser, lckdate, lcktime, glarec, pterms) VALUES (%(number)s, %(customer_number)s, %(invoice_date)s, %(order_number)s, %(customer_po)s, %(salesman)s, %(amount)s, %(paid)s, %(balance)s, %(base_balance)s, %(paid_date)s, %(due_date)s, %(status)s, %(type)s, %(marker)s, %(currency)s, %(rate)s, %(lock_status)s, %(added_by)s, %(added_date)s, %(added_time)s, %(payment_status)s, %(unread_ordate)s, %(unread_terr)s, %(unread_pdisc)s, %(unread_pdays)s, %(unread_pnet)s, %(unread_disc)s, %(unread_taxrate)s, %(unread_tax)s, %(unread_disamt)s, %(unread_batch)s, %(unread_current)s, %(unread_taxdist)s, %(unread_oti)s, %(unread_notes)s, %(unread_lckuser)s, %(unread_lckdate)s, %(unread_lcktime)s, %(unread_glarec)s, %(unread_pterms)s)
--   number = 'PTH06BA0EN'
--   customer_number = 'ACME01'
--   invoice_date = datetime.datetime(2026, 11, 20, 0, 0)
--   order_number = ''
--   customer_po = ''
--   salesman = 'JM'
--   amount = Decimal('-75.00')
--   paid = Decimal('0')
--   balance = Decimal('-75.00')
--   base_balance = Decimal('-75.00')
--   paid_date = datetime.datetime(1900, 1, 1, 0, 0)
--   due_date = datetime.datetime(2026, 11, 20, 0, 0)
--   status = ''
--   type = 'O'
--   marker = 'PTH06BA0EN'
--   currency = 'USD'
--   rate = 1
--   lock_status = ''
--   added_by = 'PT'
--   added_date = (by the company's clock)
--   added_time = (by the company's clock)
--   payment_status = ''
--   unread_ordate = datetime.datetime(1900, 1, 1, 0, 0)
--   unread_terr = ''
--   unread_pdisc = Decimal('0')
--   unread_pdays = Decimal('0')
--   unread_pnet = Decimal('0')
--   unread_disc = Decimal('0')
--   unread_taxrate = Decimal('0')
--   unread_tax = Decimal('0')
--   unread_disamt = Decimal('0')
--   unread_batch = ''
--   unread_current = ''
--   unread_taxdist = ''
--   unread_oti = ''
--   unread_notes = ''
--   unread_lckuser = ''
--   unread_lckdate = datetime.datetime(1900, 1, 1, 0, 0)
--   unread_lcktime = ''
--   unread_glarec = 'AR'
--   unread_pterms = 'Payment on account'
INSERT INTO arcash (invno, invdte, custno, salesmn, ponum, paidamt, disamt, dtepaid, refno, artype, glaccnt, checkno, paytype, payref, paynote, currency, arsess, recdel, adduser, adddate, addtime, apcode, batch, oti, ccati, applto, lckstat, lckuser, lckdate, lcktime, glarec) VALUES (%(invoice_number)s, %(invoice_date)s, %(customer_number)s, %(salesman)s, %(customer_po)s, %(paid)s, %(discount)s, %(paid_date)s, %(marker)s, %(type)s, %(cash_account)s, %(check_number)s, %(payment_type)s, %(reference)s, %(comment)s, %(currency)s, %(session)s, %(deleted)s, %(added_by)s, %(added_date)s, %(added_time)s, %(unread_apcode)s, %(unread_batch)s, %(unread_oti)s, %(unread_ccati)s, %(unread_applto)s, %(unread_lckstat)s, %(unread_lckuser)s, %(unread_lckdate)s, %(unread_lcktime)s, %(unread_glarec)s)
--   invoice_number = 'PTH06BA0EN'
--   invoice_date = datetime.datetime(2026, 11, 20, 0, 0)
--   customer_number = 'ACME01'
--   salesman = 'JM'
--   customer_po = ''
--   paid = Decimal('75.00')
--   discount = Decimal('0')
--   paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   marker = 'PTH06BA0EN'
--   type = 'O'
--   cash_account = '1105-00'
--   check_number = ''
--   payment_type = ''
--   reference = '79388123'
--   comment = 'Visa'
--   currency = 'USD'
--   session = '004684'
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
UPDATE arcust SET balance=%(balance)s, lastpay=%(last_paid_date)s, lpymt=%(last_paid_amount)s WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400))) AND arcust.balance = %(balance_1)s
--   balance = Decimal('1765.9400')
--   last_paid_date = datetime.datetime(2026, 11, 20, 0, 0)
--   last_paid_amount = Decimal('1000.00')
--   number_1_1 = 'ACME01'
--   balance_1 = Decimal('2780.9400')
INSERT INTO ardist (glacnt, tranno, trandte, arsess, amount, glbatch) VALUES (%(account)s, %(document_number)s, %(date)s, %(session)s, %(amount)s, %(unread_glbatch)s)
--   account = '1105-00'
--   document_number = '     10432'
--   date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004684'
--   amount = Decimal('1000.00')
--   unread_glbatch = ''
INSERT INTO ardist (glacnt, tranno, trandte, arsess, amount, glbatch) VALUES (%(account)s, %(document_number)s, %(date)s, %(session)s, %(amount)s, %(unread_glbatch)s)
--   account = '4200-00'
--   document_number = '     10432'
--   date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004684'
--   amount = Decimal('15.00')
--   unread_glbatch = ''
INSERT INTO ardist (glacnt, tranno, trandte, arsess, amount, glbatch) VALUES (%(account)s, %(document_number)s, %(date)s, %(session)s, %(amount)s, %(unread_glbatch)s)
--   account = '1200-00'
--   document_number = '     10432'
--   date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = '004684'
--   amount = Decimal('-1015.00')
--   unread_glbatch = ''
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400)))
--   effect_key_1_1 = 'sale-1'
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

BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400)))
--   effect_key_1_1 = 'sale-1'
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
ROLLBACK TRAN

