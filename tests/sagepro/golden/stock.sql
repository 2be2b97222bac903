BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
ROLLBACK TRAN

