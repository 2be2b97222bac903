BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'order:shop:4712:1'
--   marker_1_1 = '          PTI3Q8JN81'
--   marker_1_2 = 'PTI3Q8JN81'
--   marker_1_3 = 'PTI3Q8JN81          '
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.revkey IN (CAST(%(reverses_1_1)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   reverses_1_1 = 'order:shop:4712'
SELECT icitem.item, icitem.itmdesc, icitem.price, icitem.itmstat FROM icitem WHERE icitem.item IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400)))
--   number_1_1 = '        VLV-075'
--   number_1_2 = '       BRG-6204'
--   number_1_3 = 'BRG-6204'
--   number_1_4 = 'BRG-6204       '
--   number_1_5 = 'VLV-075'
--   number_1_6 = 'VLV-075        '
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
SELECT count(*) AS count_1 FROM somast WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7405'
--   number_1_2 = '7405'
--   number_1_3 = '7405      '
SELECT count(*) AS count_1 FROM soymst WHERE soymst.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)))
--   number_1_1 = '      7405'
--   number_1_2 = '7405'
--   number_1_3 = '7405      '
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400)))
--   order_number_1_1 = '      7405'
--   order_number_1_2 = '7405'
--   order_number_1_3 = '7405      '
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '        VLV-075'
--   item_1_2 = 'VLV-075'
--   item_1_3 = 'VLV-075        '
SELECT somast.sono, somast.custno, somast.sodate, somast.ponum, somast.ordamt, somast.shpamt, somast.tax, somast.sostat, somast.sotype, somast.currency, somast.adduser, somast.adddate, somast.addtime, somast.lckstat FROM somast WHERE somast.custno IN (CAST(%(customer_number_1_1)s AS VARCHAR(400))) ORDER BY somast.sono
--   customer_number_1_1 = 'ACME01'
ROLLBACK TRAN

