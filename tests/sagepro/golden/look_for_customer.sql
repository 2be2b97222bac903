BEGIN TRAN
SET LOCK_TIMEOUT %(wait)s
SELECT ptpost.effkey, ptpost.company, ptpost.marker, ptpost.payhash, ptpost.kind, ptpost.state, ptpost.custno, ptpost.invoices, ptpost.nreceipt, ptpost.nlines, ptpost.amount, ptpost.currency, ptpost.acctdate, ptpost.arsess, ptpost.revkey, ptpost.posted FROM ptpost WHERE ptpost.effkey IN (CAST(%(effect_key_1_1)s AS VARCHAR(400))) OR ptpost.marker IN (CAST(%(marker_1_1)s AS VARCHAR(400)), CAST(%(marker_1_2)s AS VARCHAR(400)), CAST(%(marker_1_3)s AS VARCHAR(400))) ORDER BY ptpost.effkey
--   effect_key_1_1 = 'shop:customer:89'
--   marker_1_1 = '          PTPRY0E50I'
--   marker_1_2 = 'PTPRY0E50I'
--   marker_1_3 = 'PTPRY0E50I          '
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE lower(ltrim(rtrim(CAST(arcust.email AS VARCHAR(254))))) = %(lower_1)s ORDER BY arcust.custno
--   lower_1 = 'other@raeder.example'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.contact, arcust.address1, arcust.address2, arcust.city, arcust.state, arcust.zip, arcust.country, arcust.phone, arcust.onorder, arcust.adduser, arcust.adddate, arcust.addtime, arcust.lckdate, arcust.lckstat FROM arcust WHERE (arcust.zip LIKE %(postal_code_1)s + '%' ESCAPE '/') ORDER BY arcust.custno
--   postal_code_1 = '454'
SELECT arcust.custno, arcust.company, arcust.email, arcust.salesmn, arcust.balance, arcust.lastpay, arcust.lpymt, arcust.currency, arcust.nlacno, arcust.credstat, arcust.lckdate, arcust.lckstat FROM arcust WHERE (arcust.custno LIKE %(number_1)s + '%' ESCAPE '/')
--   number_1 = 'OTHE'
ROLLBACK TRAN

