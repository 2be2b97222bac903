BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'order:shop:4711:2'
--   marker_1_1 = '          PT9JDNYIBZ'
--   marker_1_2 = 'PT9JDNYIBZ'
--   marker_1_3 = 'PT9JDNYIBZ          '
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.revkey IN (CAST(%(reverses_1_1)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   reverses_1_1 = 'order:shop:4711'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME01'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.contact, arcust.address1, arcust.address2, arcust.city, arcust.state, arcust.zip, arcust.country, arcust.phone, arcust.onorder, arcust.adduser, arcust.adddate, arcust.addtime, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME01'
SELECT icitem.item, icitem.itmdesc, icitem.price, icitem.itmstat FROM icitem WHERE icitem.item IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '       BRG-6204'
--   number_1_2 = 'BRG-6204'
--   number_1_3 = 'BRG-6204       '
SELECT somast.sono, somast.custno, somast.sodate, somast.ponum, somast.ordamt, somast.shpamt, somast.tax, somast.sostat, somast.sotype, somast.currency, somast.adduser, somast.adddate, somast.addtime, somast.lckstat FROM somast WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7404'
--   number_1_2 = '7404'
--   number_1_3 = '7404      '
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400))) ORDER BY sotran.tranlineno
--   order_number_1_1 = '      7404'
--   order_number_1_2 = '7404'
--   order_number_1_3 = '7404      '
UPDATE somast SET ponum=%(customer_po)s, ordamt=%(open_amount)s, tax=%(tax)s WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400))) AND somast.ordamt = %(open_amount_1)s AND somast.shpamt = %(shipped_amount_1)s
--   customer_po = 'WEB-4711'
--   open_amount = Decimal('79.25')
--   tax = Decimal('5.25')
--   number_1_1 = '      7404'
--   number_1_2 = '7404'
--   number_1_3 = '7404      '
--   open_amount_1 = Decimal('142.2700')
--   shipped_amount_1 = Decimal('0.0000')
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400)))
--   order_number_1_1 = '      7404'
--   order_number_1_2 = '7404'
--   order_number_1_3 = '7404      '
UPDATE sotran SET qtyord=%(open_quantity)s, extprice=%(amount)s, sostat=%(status)s WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400))) AND sotran.tranlineno = %(line_number_1)s AND sotran.qtyord = %(open_quantity_1)s AND sotran.qtyshp = %(shipped_quantity_1)s AND sotran.price = %(price_1)s
--   open_quantity = Decimal('0')
--   amount = Decimal('0')
--   status = 'V'
--   order_number_1_1 = '      7404'
--   order_number_1_2 = '7404'
--   order_number_1_3 = '7404      '
--   line_number_1 = 2
--   open_quantity_1 = Decimal('1.500')
--   shipped_quantity_1 = Decimal('0.000')
--   price_1 = Decimal('42.0150')
UPDATE arcust SET onorder=%(on_order)s WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400))) AND arcust.onorder = %(on_order_1)s
--   on_order = Decimal('491.2500')
--   number_1_1 = 'ACME01'
--   on_order_1 = Decimal('554.2700')
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '        VLV-075'
--   item_1_2 = 'VLV-075'
--   item_1_3 = 'VLV-075        '
UPDATE iciqty SET qsoaloc=%(allocated)s WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) AND iciqty.loctid IN (CAST(%(location_1_1)s AS VARCHAR(400)), CAST(%(location_1_2)s AS VARCHAR(400)), CAST(%(location_1_3)s AS VARCHAR(400))) AND iciqty.qonhand = %(on_hand_1)s AND iciqty.qsoaloc = %(allocated_1)s
--   allocated = Decimal('5.000')
--   item_1_1 = '        VLV-075'
--   item_1_2 = 'VLV-075'
--   item_1_3 = 'VLV-075        '
--   location_1_1 = '  MAIN'
--   location_1_2 = 'MAIN'
--   location_1_3 = 'MAIN  '
--   on_hand_1 = Decimal('40.000')
--   allocated_1 = Decimal('6.500')
SELECT somast.sono, somast.custno, somast.sodate, somast.ponum, somast.ordamt, somast.shpamt, somast.tax, somast.sostat, somast.sotype, somast.currency, somast.adduser, somast.adddate, somast.addtime, somast.lckstat FROM somast WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7404'
--   number_1_2 = '7404'
--   number_1_3 = '7404      '
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400))) ORDER BY sotran.tranlineno
--   order_number_1_1 = '      7404'
--   order_number_1_2 = '7404'
--   order_number_1_3 = '7404      '
INSERT INTO ptpost (effkey, company, marker, payhash, kind, state, custno, invoices, nreceipt, nlines, amount, currency, acctdate, arsess, revkey, posted) VALUES (%(effect_key)s, %(company)s, %(marker)s, %(payload_hash)s, %(kind)s, %(state)s, %(customer_number)s, %(invoices)s, %(receipt_count)s, %(line_count)s, %(amount)s, %(currency)s, %(accounting_date)s, %(session)s, %(reverses)s, CURRENT_TIMESTAMP)
--   effect_key = 'order:shop:4711:2'
--   company = '01'
--   marker = 'PT9JDNYIBZ'
--   payload_hash = '59dc297e9a48354f2cf23434673e433e3a12d545d31335e04546649bec2b0b44'
--   kind = 'order'
--   state = 'written'
--   customer_number = 'ACME01'
--   invoices = '{"order": "7404", "rows": "6cff4d7bb6c3751aa47a384d80009f37e1872cc4b99ed1b12d0371ad52b3a3d1", "promised": [["BRG-6204", "MAIN", "4"]]}'
--   receipt_count = 0
--   line_count = 1
--   amount = Decimal('79.25')
--   currency = 'USD'
--   accounting_date = datetime.datetime(2026, 11, 20, 0, 0)
--   session = ''
--   reverses = 'order:shop:4711'
SELECT somast.sono, somast.custno, somast.sodate, somast.ponum, somast.ordamt, somast.shpamt, somast.tax, somast.sostat, somast.sotype, somast.currency, somast.adduser, somast.adddate, somast.addtime, somast.lckstat FROM somast WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7404'
--   number_1_2 = '7404'
--   number_1_3 = '7404      '
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400))) ORDER BY sotran.tranlineno
--   order_number_1_1 = '      7404'
--   order_number_1_2 = '7404'
--   order_number_1_3 = '7404      '
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400)), CAST(%(item_1_4)s AS VARCHAR(400)), CAST(%(item_1_5)s AS VARCHAR(400)), CAST(%(item_1_6)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '        VLV-075'
--   item_1_2 = '       BRG-6204'
--   item_1_3 = 'BRG-6204'
--   item_1_4 = 'BRG-6204       '
--   item_1_5 = 'VLV-075'
--   item_1_6 = 'VLV-075        '
COMMIT TRAN

