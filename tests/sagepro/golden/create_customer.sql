BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'shop:customer:88'
--   marker_1_1 = '          PT9YHXJMNL'
--   marker_1_2 = 'PT9YHXJMNL'
--   marker_1_3 = 'PT9YHXJMNL          '
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE lower(ltrim(rtrim(CAST(arcust.email AS VARCHAR(254))))) = %(lower_1)s ORDER BY arcust.custno
--   lower_1 = 'orders@raeder.example'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.contact, arcust.address1, arcust.address2, arcust.city, arcust.state, arcust.zip, arcust.country, arcust.phone, arcust.onorder, arcust.adduser, arcust.adddate, arcust.addtime, arcust.lckdate, arcust.lckstat FROM arcust WHERE (arcust.zip LIKE %(postal_code_1)s + '%' ESCAPE '/') ORDER BY arcust.custno
--   postal_code_1 = '454'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE (arcust.custno LIKE %(number_1)s + '%' ESCAPE '/')
--   number_1 = 'ACME'
SELECT CURRENT_TIMESTAMP AS now_1
INSERT INTO arcust (custno, company, email, salesmn, balance, lastpay, lpymt, currency, nlacno, credstat, contact, address1, address2, city, state, zip, country, phone, onorder, adduser, adddate, addtime, lckdate, lckstat, faxno, terr, pdisc, pdays, pnet, credit, limit, ldate, lsale, comment, cstmemo, lckuser, lcktime, pterms, gllink, aracct, depact, custstat, statfmt) VALUES (%(number)s, %(name)s, %(email)s, %(salesman)s, %(balance)s, %(last_paid_date)s, %(last_paid_amount)s, %(currency)s, %(parent_number)s, %(credit_status)s, %(contact)s, %(address1)s, %(address2)s, %(city)s, %(state)s, %(postal_code)s, %(country)s, %(phone)s, %(on_order)s, %(added_by)s, %(added_date)s, %(added_time)s, %(changed_date)s, %(lock_status)s, %(unread_faxno)s, %(unread_terr)s, %(unread_pdisc)s, %(unread_pdays)s, %(unread_pnet)s, %(unread_credit)s, %(unread_limit)s, %(unread_ldate)s, %(unread_lsale)s, %(unread_comment)s, %(unread_cstmemo)s, %(unread_lckuser)s, %(unread_lcktime)s, %(unread_pterms)s, %(unread_gllink)s, %(unread_aracct)s, %(unread_depact)s, %(unread_custstat)s, %(unread_statfmt)s)
--   number = 'ACME02'
--   name = 'Acme Räder LLC'
--   email = 'orders@raeder.example'
--   salesman = ''
--   balance = Decimal('0')
--   last_paid_date = datetime.datetime(1900, 1, 1, 0, 0)
--   last_paid_amount = Decimal('0')
--   currency = 'USD'
--   parent_number = ''
--   credit_status = ''
--   contact = 'Ida Weiß'
--   address1 = '9 Canal Road'
--   address2 = ''
--   city = 'Dayton'
--   state = 'OH'
--   postal_code = '45402-1234'
--   country = 'USA'
--   phone = '555-0188'
--   on_order = Decimal('0')
--   added_by = 'PT'
--   added_date = (by the company's clock)
--   added_time = (by the company's clock)
--   changed_date = datetime.datetime(1900, 1, 1, 0, 0)
--   lock_status = ''
--   unread_faxno = ''
--   unread_terr = ''
--   unread_pdisc = Decimal('0')
--   unread_pdays = Decimal('0')
--   unread_pnet = Decimal('0')
--   unread_credit = Decimal('0')
--   unread_limit = Decimal('0')
--   unread_ldate = datetime.datetime(1900, 1, 1, 0, 0)
--   unread_lsale = Decimal('0')
--   unread_comment = ''
--   unread_cstmemo = ''
--   unread_lckuser = ''
--   unread_lcktime = ''
--   unread_pterms = 'Due on receipt'
--   unread_gllink = 'AR'
--   unread_aracct = '1200-00'
--   unread_depact = '2300-00'
--   unread_custstat = 'A'
--   unread_statfmt = 'O'
INSERT INTO ptpost (effkey, company, marker, payhash, kind, state, custno, invoices, nreceipt, nlines, amount, currency, acctdate, arsess, revkey, posted) VALUES (%(effect_key)s, %(company)s, %(marker)s, %(payload_hash)s, %(kind)s, %(state)s, %(customer_number)s, %(invoices)s, %(receipt_count)s, %(line_count)s, %(amount)s, %(currency)s, %(accounting_date)s, %(session)s, %(reverses)s, CURRENT_TIMESTAMP)
--   effect_key = 'shop:customer:88'
--   company = '01'
--   marker = 'PT9YHXJMNL'
--   payload_hash = '0a5fd6fefe3a69cb1acabfdfec65d888dc95b2ceb8c3f8a40f239fcb0a003eef'
--   kind = 'customer'
--   state = 'written'
--   customer_number = 'ACME02'
--   invoices = ''
--   receipt_count = 0
--   line_count = 0
--   amount = Decimal('0')
--   currency = ''
--   accounting_date = datetime.datetime(1900, 1, 1, 0, 0)
--   session = ''
--   reverses = ''
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.contact, arcust.address1, arcust.address2, arcust.city, arcust.state, arcust.zip, arcust.country, arcust.phone, arcust.onorder, arcust.adduser, arcust.adddate, arcust.addtime, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME02'
COMMIT TRAN

