BEGIN TRAN
SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT %(wait)s; DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = %(resource)s, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = %(wait)s; SELECT @answer AS answer
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'order:1:line:1'
--   marker_1_1 = '          PT624FIMP4'
--   marker_1_2 = 'PT624FIMP4'
--   marker_1_3 = 'PT624FIMP4          '
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
INSERT INTO ptpost (effkey, company, marker, payhash, kind, state, custno, invoices, nreceipt, nlines, amount, currency, acctdate, arsess, revkey, posted) VALUES (%(effect_key)s, %(company)s, %(marker)s, %(payload_hash)s, %(kind)s, %(state)s, %(customer_number)s, %(invoices)s, %(receipt_count)s, %(line_count)s, %(amount)s, %(currency)s, %(accounting_date)s, %(session)s, %(reverses)s, CURRENT_TIMESTAMP)
--   effect_key = 'order:1:line:1'
--   company = '01'
--   marker = 'PT624FIMP4'
--   payload_hash = 'f2e32b82f7004d8aa2ced0385c7f14978ec5aaa984bb95c799596127344657b8'
--   kind = 'allocation'
--   state = 'written'
--   customer_number = ''
--   invoices = ''
--   receipt_count = 0
--   line_count = 0
--   amount = Decimal('0')
--   currency = ''
--   accounting_date = datetime.datetime(1900, 1, 1, 0, 0)
--   session = ''
--   reverses = ''
UPDATE iciqty SET qsoaloc=%(allocated)s WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) AND iciqty.loctid IN (CAST(%(location_1_1)s AS VARCHAR(400)), CAST(%(location_1_2)s AS VARCHAR(400)), CAST(%(location_1_3)s AS VARCHAR(400))) AND iciqty.qonhand = %(on_hand_1)s AND iciqty.qsoaloc = %(allocated_1)s
--   allocated = Decimal('22.500')
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
--   location_1_1 = '  MAIN'
--   location_1_2 = 'MAIN'
--   location_1_3 = 'MAIN  '
--   on_hand_1 = Decimal('120.000')
--   allocated_1 = Decimal('20.000')
SELECT iciqty.item, iciqty.loctid, iciqty.qonhand, iciqty.qsoaloc, iciqty.lckstat FROM iciqty WHERE iciqty.item IN (CAST(%(item_1_1)s AS VARCHAR(400)), CAST(%(item_1_2)s AS VARCHAR(400)), CAST(%(item_1_3)s AS VARCHAR(400))) ORDER BY iciqty.item, iciqty.loctid
--   item_1_1 = '       BRG-6204'
--   item_1_2 = 'BRG-6204'
--   item_1_3 = 'BRG-6204       '
COMMIT TRAN

