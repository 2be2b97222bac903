BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'order:2:line:1'
--   marker_1_1 = '          PTVLTVD2CO'
--   marker_1_2 = 'PTVLTVD2CO'
--   marker_1_3 = 'PTVLTVD2CO          '
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
ROLLBACK TRAN

