BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT somast.sono, somast.custno, somast.sodate, somast.ponum, somast.ordamt, somast.shpamt, somast.tax, somast.sostat, somast.sotype, somast.currency, somast.adduser, somast.adddate, somast.addtime, somast.lckstat FROM somast WHERE somast.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400))) ORDER BY somast.sodate, somast.sono
--   number_1_1 = '      6990'
--   number_1_2 = '      7402'
--   number_1_3 = '6990'
--   number_1_4 = '6990      '
--   number_1_5 = '7402'
--   number_1_6 = '7402      '
SELECT sotran.sono, sotran.custno, sotran.tranlineno, sotran.item, sotran.descrip, sotran.loctid, sotran.qtyord, sotran.qtyshp, sotran.price, sotran.disc, sotran.extprice, sotran.sostat FROM sotran WHERE sotran.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400))) ORDER BY sotran.sono, sotran.tranlineno
--   order_number_1_1 = '      7402'
--   order_number_1_2 = '7402'
--   order_number_1_3 = '7402      '
SELECT soymst.sono, soymst.custno, soymst.sodate, soymst.ponum, soymst.ordamt, soymst.shpamt, soymst.tax, soymst.sostat, soymst.sotype, soymst.currency, soymst.adduser, soymst.adddate, soymst.addtime, soymst.lckstat FROM soymst WHERE soymst.sono IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400)), CAST(%(number_1_4)s AS VARCHAR(400)), CAST(%(number_1_5)s AS VARCHAR(400)), CAST(%(number_1_6)s AS VARCHAR(400))) ORDER BY soymst.sodate, soymst.sono
--   number_1_1 = '      6990'
--   number_1_2 = '      7402'
--   number_1_3 = '6990'
--   number_1_4 = '6990      '
--   number_1_5 = '7402'
--   number_1_6 = '7402      '
SELECT soytrn.sono, soytrn.custno, soytrn.tranlineno, soytrn.item, soytrn.descrip, soytrn.loctid, soytrn.qtyord, soytrn.qtyshp, soytrn.price, soytrn.disc, soytrn.extprice, soytrn.sostat FROM soytrn WHERE soytrn.sono IN (CAST(%(order_number_1_1)s AS VARCHAR(400)), CAST(%(order_number_1_2)s AS VARCHAR(400)), CAST(%(order_number_1_3)s AS VARCHAR(400))) ORDER BY soytrn.sono, soytrn.tranlineno
--   order_number_1_1 = '      6990'
--   order_number_1_2 = '6990'
--   order_number_1_3 = '6990      '
ROLLBACK TRAN

