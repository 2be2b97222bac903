BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT icitem.item, icitem.itmdesc, icitem.price, icitem.itmstat FROM icitem WHERE icitem.item IN (CAST(%(number_1_1)s AS VARCHAR(400)), CAST(%(number_1_2)s AS VARCHAR(400)), CAST(%(number_1_3)s AS VARCHAR(400))) ORDER BY icitem.item
--   number_1_1 = '          LABOR'
--   number_1_2 = 'LABOR'
--   number_1_3 = 'LABOR          '
ROLLBACK TRAN

