-- Rights of the login that Tieout uses in company 01.
--
-- Run this once in the company's database, as its owner. It makes Tieout's own table ptpost
-- where it is missing, and lets the login read the columns of the posting profile and write
-- what a posting writes. Nothing may be deleted, and no column for card numbers, passwords or
-- licences is granted. Never let Tieout sign in as the server's administrator.
--
-- First, as the server's administrator, with a long password of your own:
--   CREATE LOGIN [tieout] WITH PASSWORD = N'...', CHECK_POLICY = ON;
--   CREATE USER [tieout] FOR LOGIN [tieout];   -- in the company's database

IF OBJECT_ID(N'[dbo].[ptpost]', N'U') IS NULL BEGIN CREATE TABLE ptpost ( effkey VARCHAR(200) NOT NULL, company CHAR(10) NOT NULL, marker CHAR(20) NOT NULL, payhash CHAR(64) NOT NULL, kind CHAR(12) NOT NULL, state CHAR(10) NOT NULL, custno CHAR(6) NOT NULL, invoices TEXT NOT NULL, nreceipt INTEGER NOT NULL, nlines INTEGER NOT NULL, amount NUMERIC(18, 4) NOT NULL, currency CHAR(3) NOT NULL, acctdate DATETIME NOT NULL, arsess CHAR(6) NOT NULL, revkey VARCHAR(200) NOT NULL, posted DATETIME NOT NULL, UNIQUE (effkey), UNIQUE (marker) ); CREATE INDEX ptpost_parent ON ptpost (revkey); END;
GRANT SELECT ON [dbo].[arcust] ([custno], [company], [email], [salesmn], [balance], [lastpay], [lpymt], [currency], [nlacno], [credstat], [contact], [address1], [address2], [city], [state], [zip], [country], [phone], [onorder], [adduser], [adddate], [addtime], [lckdate], [lckstat]) TO [tieout];
GRANT SELECT ON [dbo].[armast] ([invno], [custno], [invdte], [ornum], [ponum], [salesmn], [invamt], [paidamt], [balance], [bbal], [dtepaid], [duedate], [arstat], [artype], [refno], [currency], [currate], [lckstat], [adduser], [adddate], [addtime], [paystat]) TO [tieout];
GRANT SELECT ON [dbo].[arcash] ([id_col], [invno], [invdte], [custno], [salesmn], [ponum], [paidamt], [disamt], [dtepaid], [refno], [artype], [glaccnt], [checkno], [paytype], [payref], [paynote], [currency], [arsess], [recdel], [adduser], [adddate], [addtime]) TO [tieout];
GRANT SELECT ON [dbo].[ardist] ([glacnt], [tranno], [trandte], [arsess], [amount]) TO [tieout];
GRANT SELECT ON [dbo].[glacnt] ([glacnt], [gldesc], [gltype], [glstat]) TO [tieout];
GRANT SELECT ON [dbo].[ptpost] ([effkey], [company], [marker], [payhash], [kind], [state], [custno], [invoices], [nreceipt], [nlines], [amount], [currency], [acctdate], [arsess], [revkey], [posted]) TO [tieout];
GRANT SELECT ON [dbo].[somast] ([sono], [custno], [sodate], [ponum], [ordamt], [shpamt], [tax], [sostat], [sotype], [currency], [adduser], [adddate], [addtime], [lckstat]) TO [tieout];
GRANT SELECT ON [dbo].[sotran] ([sono], [custno], [tranlineno], [item], [descrip], [loctid], [qtyord], [qtyshp], [price], [disc], [extprice], [sostat]) TO [tieout];
GRANT SELECT ON [dbo].[icitem] ([item], [itmdesc], [price], [itmstat]) TO [tieout];
GRANT SELECT ON [dbo].[iciqty] ([item], [loctid], [qonhand], [qsoaloc], [lckstat]) TO [tieout];
GRANT SELECT ON [dbo].[arpayrq] ([reqno], [reqflag], [reqkind], [custno], [vaultid], [paytrid], [invno], [reqamt], [currency], [planfreq], [planstrt], [plancnt], [reqdesc], [reqgen], [reqstat], [reqid], [reqmsg], [lckstat]) TO [tieout];
GRANT SELECT ON [dbo].[arymst] ([invno], [custno], [invdte], [ornum], [ponum], [salesmn], [invamt], [paidamt], [balance], [bbal], [dtepaid], [duedate], [arstat], [artype], [refno], [currency], [currate], [lckstat], [adduser], [adddate], [addtime], [paystat]) TO [tieout];
GRANT SELECT ON [dbo].[arycsh] ([id_col], [invno], [invdte], [custno], [salesmn], [ponum], [paidamt], [disamt], [dtepaid], [refno], [artype], [glaccnt], [checkno], [paytype], [payref], [paynote], [currency], [arsess], [recdel], [adduser], [adddate], [addtime]) TO [tieout];
GRANT SELECT ON [dbo].[soymst] ([sono], [custno], [sodate], [ponum], [ordamt], [shpamt], [tax], [sostat], [sotype], [currency], [adduser], [adddate], [addtime], [lckstat]) TO [tieout];
GRANT SELECT ON [dbo].[soytrn] ([sono], [custno], [tranlineno], [item], [descrip], [loctid], [qtyord], [qtyshp], [price], [disc], [extprice], [sostat]) TO [tieout];
GRANT INSERT ON [dbo].[ardist] TO [tieout];
GRANT INSERT ON [dbo].[ptpost] TO [tieout];
GRANT INSERT ON [dbo].[arcash] TO [tieout];
GRANT INSERT ON [dbo].[armast] TO [tieout];
GRANT INSERT ON [dbo].[somast] TO [tieout];
GRANT INSERT ON [dbo].[sotran] TO [tieout];
GRANT INSERT ON [dbo].[arcust] TO [tieout];
GRANT UPDATE ON [dbo].[arcust] ([balance], [lastpay], [lpymt], [onorder]) TO [tieout];
GRANT UPDATE ON [dbo].[armast] ([balance], [bbal], [paidamt], [dtepaid], [paystat]) TO [tieout];
GRANT UPDATE ON [dbo].[iciqty] ([qsoaloc]) TO [tieout];
GRANT UPDATE ON [dbo].[somast] ([ordamt], [tax], [ponum]) TO [tieout];
GRANT UPDATE ON [dbo].[sotran] ([descrip], [loctid], [qtyord], [price], [extprice], [sostat]) TO [tieout];
GRANT UPDATE ON [dbo].[arpayrq] ([reqflag], [reqgen], [reqstat], [reqid], [reqmsg]) TO [tieout];
USE [PROSYS];
IF USER_ID(N'tieout') IS NULL CREATE USER [tieout] FOR LOGIN [tieout];
GRANT SELECT ON [dbo].[sycdfis] ([fisyear], [fisper], [begdate], [enddate], [closed]) TO [tieout];
GRANT SELECT ON [dbo].[sysdata] ([sysid], [compid], [int1]) TO [tieout];
GRANT SELECT ON [dbo].[syccomp] ([compid], [company]) TO [tieout];
GRANT UPDATE ON [dbo].[sysdata] ([int1]) TO [tieout];
