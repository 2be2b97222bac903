BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'order:shop:4711:1'
--   marker_1_1 = '          PTQ9HZG80K'
--   marker_1_2 = 'PTQ9HZG80K'
--   marker_1_3 = 'PTQ9HZG80K          '
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.revkey IN (CAST(%(reverses_1_1)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   reverses_1_1 = 'order:shop:4711'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME01'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.contact, arcust.address1, arcust.address2, arcust.city, arcust.state, arcust.zip, arcust.country, arcust.phone, arcust.onorder, arcust.adduser, arcust.adddate, arcust.addtime, arcust.lckdate, arcust.lckstat FROM arcust WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400)))
--   number_1_1 = 'ACME01'
SELECT icitem.item, icitem.itmdesc, icitem.price, icitem.itmstat FROM icitem WHERE icitem.item IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400)))
--   number_1_1 = '        VLV-075'
--   number_1_2 = '       BRG-6204'
--   number_1_3 = 'BRG-6204'
--   number_1_4 = 'BRG-6204       '
--   number_1_5 = 'VLV-075'
--   number_1_6 = 'VLV-075        '
SELECT sysdata.sysid, sysdata.compid, sysdata.int1 FROM sysdata WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400)))
--   key_1_1 = 'SO'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
UPDATE sysdata SET int1=%(value)s WHERE sysdata.sysid IN (CAST(%(key_1_1)s AS VARCHAR(400))) AND sysdata.compid IN (CAST(%(company_1_1)s AS VARCHAR(400)), CAST(%(company_1_2)s AS VARCHAR(400)), CAST(%(company_1_3)s AS VARCHAR(400))) AND sysdata.int1 = %(value_1)s
--   value = 7404
--   key_1_1 = 'SO'
--   company_1_1 = '        01'
--   company_1_2 = '01'
--   company_1_3 = '01        '
--   value_1 = 7403
SELECT count(*) AS count_1 FROM somast WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7404'
--   number_1_2 = '7404'
--   number_1_3 = '7404      '
SELECT count(*) AS count_1 FROM soymst WHERE soymst.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7404'
--   number_1_2 = '7404'
--   number_1_3 = '7404      '
SELECT CURRENT_TIMESTAMP AS now_1
INSERT INTO somast (sono, custno, sodate, ponum, ordamt, shpamt, tax, sostat, sotype, currency, adduser, adddate, addtime, lckstat, lckuser, lckdate, lcktime) VALUES (%(number)s, %(customer_number)s, %(order_date)s, %(customer_po)s, %(open_amount)s, %(shipped_amount)s, %(tax)s, %(status)s, %(type)s, %(currency)s, %(added_by)s, %(added_date)s, %(added_time)s, %(lock_status)s, %(unread_lckuser)s, %(unread_lckdate)s, %(unread_lcktime)s)
--   number = '      7404'
--   customer_number = 'ACME01'
--   order_date = datetime.datetime(2026, 11, 20, 0, 0)
--   customer_po = 'WEB-4711'
--   open_amount = Decimal('142.27')
--   shipped_amount = Decimal('0')
--   tax = Decimal('5.25')
--   status = ''
--   type = ''
--   currency = 'USD'
--   added_by = 'PT'
--   added_date = (by the company's clock)
--   added_time = (by the company's clock)
--   lock_status = ''
--   unread_lckuser = ''
--   unread_lckdate = datetime.datetime(1900, 1, 1, 0, 0)
--   unread_lcktime = ''
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400)))
--   order_number_1_1 = '      7404'
--   order_number_1_2 = '7404'
--   order_number_1_3 = '7404      '
INSERT INTO sotran (sono, custno, tranlineno, item, descrip, loctid, qtyord, qtyshp, price, disc, extprice, sostat) VALUES (%(order_number)s, %(customer_number)s, %(line_number)s, %(item)s, %(description)s, %(location)s, %(open_quantity)s, %(shipped_quantity)s, %(price)s, %(discount)s, %(amount)s, %(status)s)
--   order_number = '      7404'
--   customer_number = 'ACME01'
--   line_number = 1
--   item = 'BRG-6204'
--   description = 'Ball bearing 6204'
--   location = 'MAIN'
--   open_quantity = Decimal('4')
--   shipped_quantity = Decimal('0')
--   price = Decimal('18.50')
--   discount = Decimal('0')
--   amount = Decimal('74.00')
--   status = ''
INSERT INTO sotran (sono, custno, tranlineno, item, descrip, loctid, qtyord, qtyshp, price, disc, extprice, sostat) VALUES (%(order_number)s, %(customer_number)s, %(line_number)s, %(item)s, %(description)s, %(location)s, %(open_quantity)s, %(shipped_quantity)s, %(price)s, %(discount)s, %(amount)s, %(status)s)
--   order_number = '      7404'
--   customer_number = 'ACME01'
--   line_number = 2
--   item = 'VLV-075'
--   description = 'Valve, brass'
--   location = 'MAIN'
--   open_quantity = Decimal('1.5')
--   shipped_quantity = Decimal('0')
--   price = Decimal('42.015')
--   discount = Decimal('0')
--   amount = Decimal('63.02')
--   status = ''
UPDATE arcust SET onorder=%(on_order)s WHERE arcust.custno IN (CAST(%(number_1_1)s AS VARCHAR(400))) AND arcust.onorder = %(on_order_1)s
--   on_order = Decimal('554.2700')
--   number_1_1 = 'ACME01'
--   on_order_1 = Decimal('412.0000')
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
UPDATE iciqty SET qsoaloc=%(allocated)s WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) AND iciqty.loctid IN (CAST(%(location_1_1)s AS VARCHAR(400)), CAST(%(location_1_2)s AS VARCHAR(400)), CAST(%(location_1_3)s AS VARCHAR(400))) AND iciqty.qonhand = %(on_hand_1)s AND iciqty.qsoaloc = %(allocated_1)s
--   allocated = Decimal('26.500')
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
--   location_1_1 = '  MAIN'
--   location_1_2 = 'MAIN'
--   location_1_3 = 'MAIN  '
--   on_hand_1 = Decimal('120.000')
--   allocated_1 = Decimal('22.500')
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '        VLV-075'
--   item_1_2 = 'VLV-075'
--   item_1_3 = 'VLV-075        '
UPDATE iciqty SET qsoaloc=%(allocated)s WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) AND iciqty.loctid IN (CAST(%(location_1_1)s AS VARCHAR(400)), CAST(%(location_1_2)s AS VARCHAR(400)), CAST(%(location_1_3)s AS VARCHAR(400))) AND iciqty.qonhand = %(on_hand_1)s AND iciqty.qsoaloc = %(allocated_1)s
--   allocated = Decimal('6.500')
--   item_1_1 = '        VLV-075'
--   item_1_2 = 'VLV-075'
--   item_1_3 = 'VLV-075        '
--   location_1_1 = '  MAIN'
--   location_1_2 = 'MAIN'
--   location_1_3 = 'MAIN  '
--   on_hand_1 = Decimal('40.000')
--   allocated_1 = Decimal('5.000')
SELECT somast.sono, somast.custno, somast.sodate, somast.ponum, somast.ordamt, somast.shpamt, somast.tax, somast.sostat, somast.sotype, somast.currency, somast.adduser, somast.adddate, somast.addtime, somast.lckstat FROM somast WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7404'
--   number_1_2 = '7404'
--   number_1_3 = '7404      '
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400))) ORDER BY sotran.tranlineno
--   order_number_1_1 = '      7404'
--   order_number_1_2 = '7404'
--   order_number_1_3 = '7404      '
INSERT INTO ptpost (effkey, company, marker, payhash, kind, state, custno, invoices, nreceipt, nlines, amount, currency, acctdate, arsess, revkey, posted) VALUES (%(effect_key)s, %(company)s, %(marker)s, %(payload_hash)s, %(kind)s, %(state)s, %(customer_number)s, %(invoices)s, %(receipt_count)s, %(line_count)s, %(amount)s, %(currency)s, %(accounting_date)s, %(session)s, %(reverses)s, CURRENT_TIMESTAMP)
--   effect_key = 'order:shop:4711:1'
--   company = '01'
--   marker = 'PTQ9HZG80K'
--   payload_hash = '940d38fd2a40a89400ff1b91362f241229d36ca695b9bf204c7283481aafcdec'
--   kind = 'order'
--   state = 'written'
--   customer_number = 'ACME01'
--   invoices = '{"order": "7404", "rows": "51cbdb67c2698ef449742443ed4d8d3d3c771cdb351da649bf5e07397fda1024", "promised": [["BRG-6204", "MAIN", "4"], ["VLV-075", "MAIN", "1.5"]]}'
--   receipt_count = 0
--   line_count = 2
--   amount = Decimal('142.27')
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

