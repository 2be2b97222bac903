BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT somast.sono, somast.custno, somast.sodate, somast.ponum, somast.ordamt, somast.shpamt, somast.tax, somast.sostat, somast.sotype, somast.currency, somast.adduser, somast.adddate, somast.addtime, somast.lckstat FROM somast WHERE somast.custno IN (CAST(%(customer_number_1_1)s AS VARCHAR(400))) ORDER BY somast.sodate, somast.sono
--   customer_number_1_1 = 'ACME01'
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400)), CAST(%(order_number_1_4)s AS VARCHAR(400)), CAST(%(order_number_1_5)s AS VARCHAR(400)), CAST(%(order_number_1_6)s AS VARCHAR(400)), CAST(%(order_number_1_7)s AS VARCHAR(400)), CAST(%(order_number_1_8)s AS VARCHAR(400)), CAST(%(order_number_1_9)s AS VARCHAR(400)), CAST(%(order_number_1_10)s AS VARCHAR(400)), CAST(%(order_number_1_11)s AS VARCHAR(400)), CAST(%(order_number_1_12)s AS VARCHAR(400)), CAST(%(order_number_1_13)s AS VARCHAR(400)), CAST(%(order_number_1_14)s AS VARCHAR(400)), CAST(%(order_number_1_15)s AS VARCHAR(400))) ORDER BY sotran.sono, sotran.tranlineno
--   order_number_1_1 = '      7036'
--   order_number_1_2 = '      7117'
--   order_number_1_3 = '      7180'
--   order_number_1_4 = '      7401'
--   order_number_1_5 = '      7403'
--   order_number_1_6 = '7036'
--   order_number_1_7 = '7036      '
--   order_number_1_8 = '7117'
--   order_number_1_9 = '7117      '
--   order_number_1_10 = '7180'
--   order_number_1_11 = '7180      '
--   order_number_1_12 = '7401'
--   order_number_1_13 = '7401      '
--   order_number_1_14 = '7403'
--   order_number_1_15 = '7403      '
SELECT soymst.sono, soymst.custno, soymst.sodate, soymst.ponum, soymst.ordamt, soymst.shpamt, soymst.tax, soymst.sostat, soymst.sotype, soymst.currency, soymst.adduser, soymst.adddate, soymst.addtime, soymst.lckstat FROM soymst WHERE soymst.custno IN (CAST(%(customer_number_1_1)s AS VARCHAR(400))) ORDER BY soymst.sodate, soymst.sono
--   customer_number_1_1 = 'ACME01'
ROLLBACK TRAN

