* TIEOUT.PRG  Writes in Sage Pro what Tieout has handed over.
*
* Runs inside Sage Pro (or any Visual FoxPro 7 or later) on the company's network:
*     DO TIEOUT WITH "S:\PRO\ARDATA;S:\PRO", "01"              one pass over what is staged
*     DO PtSelfTest IN TIEOUT WITH "S:\PRO\ARDATA;S:\PRO", "01"  proves the site (docs/foxpro.md)
*
* What it promises, and docs/foxpro.md says how a site proves it:
*   - It holds FLOCK() of PTPOST while it works on a row. Tieout takes the same lock.
*   - It locks every record it changes, and leaves a row staged when one is in use or is being
*     edited (lckstat). Nobody waits for it.
*   - It changes a balance only where the old one still stands there, exactly.
*   - Each line of PTLINE is a step: begun ("B") before a live table is touched, done ("D")
*     after. A row that was interrupted is taken up at its first line that is not done.
*   - No name of a site stands here: tables and columns come from PTNAME.
* This program has not been run by its authors: they have no Visual FoxPro. A model of it, step
* by step the same, passes their tests; the self-test gates each site.

LPARAMETERS tcFolders, tcCompany
PRIVATE pcProfile, pnLast
IF NOT PtOpen(m.tcFolders, m.tcCompany)
    RETURN .F.
ENDIF
pnLast = 0
DO WHILE EMPTY(PtSetting("readonly")) AND PtNext()
    DO PtWork
    UNLOCK ALL
ENDDO
DO PtClose
RETURN .T.


* ---- Opening -------------------------------------------------------------------------------

FUNCTION PtOpen
    LPARAMETERS tcFolders, tcCompany
    SET TALK OFF
    SET EXCLUSIVE OFF
    SET DELETED ON
    SET EXACT ON
    SET NULL OFF
    SET MULTILOCKS ON
    SET SAFETY OFF
    SET POINT TO "."
    SET DECIMALS TO 4
    SET DATE ANSI
    SET CENTURY ON
    SET REPROCESS TO 5 SECONDS
    SET PATH TO (m.tcFolders)
    USE ("PTPOST" + m.tcCompany) IN 0 SHARED ALIAS post
    USE ("PTLINE" + m.tcCompany) IN 0 SHARED ALIAS line
    USE ("PTNAME" + m.tcCompany) IN 0 SHARED ALIAS ptname
    USE ("PTCTRL" + m.tcCompany) IN 0 SHARED ALIAS ctrl
    USE ("PTTEST" + m.tcCompany) IN 0 SHARED ALIAS test
    pcProfile = PtSetting("profile")
    * The site was prepared for this very program.
    IF NOT PtSetting("program") == "2"
        RETURN .F.
    ENDIF
    RETURN PtOpenLive("receipts") AND PtOpenLive("receipt_history") ;
        AND PtOpenLive("invoices") AND PtOpenLive("customers") ;
        AND PtOpenLive("distributions") AND PtOpenLive("counters") AND PtOpenLive("periods") ;
        AND PtOpenMore("orders") AND PtOpenMore("order_lines") AND PtOpenMore("stock") ;
        AND PtOpenMore("flagged")
ENDFUNC

* A table that is written at some sites only: PTNAME names it there.
FUNCTION PtOpenMore
    LPARAMETERS tcTable
    SELECT ptname
    LOCATE FOR ALLTRIM(profile) == m.pcProfile AND ALLTRIM(tbl) == m.tcTable
    IF NOT FOUND()
        RETURN .T.
    ENDIF
    RETURN PtOpenLive(m.tcTable)
ENDFUNC

FUNCTION PtOpenLive
    LPARAMETERS tcTable
    SELECT ptname
    LOCATE FOR ALLTRIM(profile) == m.pcProfile AND ALLTRIM(tbl) == m.tcTable
    IF NOT FOUND()
        RETURN .F.
    ENDIF
    USE (ALLTRIM(ptname.file)) IN 0 SHARED AGAIN ALIAS (m.tcTable)
    RETURN USED(m.tcTable)
ENDFUNC

PROCEDURE PtClose
    UNLOCK ALL
    CLOSE TABLES ALL
ENDPROC

FUNCTION PtSetting
    LPARAMETERS tcName
    SELECT ctrl
    LOCATE FOR ALLTRIM(name) == m.tcName
    RETURN IIF(FOUND(), ALLTRIM(ctrl.value), "")
ENDFUNC

* The site's name of a column; empty when the site has none.
FUNCTION PtField
    LPARAMETERS tcTable, tcColumn
    SELECT ptname
    LOCATE FOR ALLTRIM(profile) == m.pcProfile AND ALLTRIM(tbl) == m.tcTable ;
        AND ALLTRIM(col) == m.tcColumn
    RETURN IIF(FOUND(), ALLTRIM(ptname.field), "")
ENDFUNC


* ---- One row -------------------------------------------------------------------------------

* The next row to work on, under FLOCK() of PTPOST: interrupted ones first. False at the end.
FUNCTION PtNext
    IF NOT FLOCK("post")
        RETURN .F.
    ENDIF
    SELECT post
    LOCATE FOR ALLTRIM(state) == "taken" AND RECNO() > m.pnLast
    IF NOT FOUND()
        LOCATE FOR ALLTRIM(state) == "staged" AND RECNO() > m.pnLast
    ENDIF
    IF NOT FOUND()
        UNLOCK IN post
        RETURN .F.
    ENDIF
    * A row that has to wait is not looked at again in this pass.
    pnLast = IIF(ALLTRIM(post.state) == "staged", RECNO(), m.pnLast)
    RETURN .T.
ENDFUNC

PROCEDURE PtWork
    LOCAL lcCode
    IF ALLTRIM(post.state) == "staged"
        lcCode = PtCheck()
        IF m.lcCode == "wait"
            RETURN
        ENDIF
        IF NOT EMPTY(m.lcCode)
            DO PtEnd WITH "returned", m.lcCode, PtSentence(m.lcCode)
            RETURN
        ENDIF
        REPLACE state WITH "taken", taken WITH PtNow() IN post
        FLUSH
    ELSE
        IF NOT PtLockAll()
            RETURN
        ENDIF
    ENDIF
    IF PtSteps()
        DO PtEnd WITH "posted", "", "Posted."
    ENDIF
ENDPROC

PROCEDURE PtEnd
    LPARAMETERS tcState, tcCode, tcResult
    REPLACE state WITH m.tcState, code WITH m.tcCode, result WITH m.tcResult, ;
        done WITH PtNow() IN post
    FLUSH
ENDPROC

FUNCTION PtSentence
    LPARAMETERS tcCode
    DO CASE
        CASE m.tcCode == "older_writer"
            RETURN "A newer pairing of Tieout has this company."
        CASE m.tcCode == "marker_found"
            RETURN "A receipt in Sage carries this marker already."
        CASE m.tcCode == "counter"
            RETURN "The next session number is not in its table."
    ENDCASE
    RETURN "A record changed in Sage since it was handed over."
ENDFUNC


* ---- Before anything is written ------------------------------------------------------------

* Empty when the row may be posted; "wait" when a record is in use; else why it goes back.
FUNCTION PtCheck
    IF post.epoch < VAL(PtSetting("epoch"))
        RETURN "older_writer"
    ENDIF
    IF ALLTRIM(post.kind) == "note"
        RETURN PtCheckNote()
    ENDIF
    IF PtIsChange()
        RETURN PtCheckChange()
    ENDIF
    RETURN PtCheckPosting()
ENDFUNC

* A sales order, a customer, an allocation, or the answer to a flagged row.
FUNCTION PtIsChange
    RETURN ("," + ALLTRIM(post.kind) + ",") $ ",order,customer,allocation,flagged,words,"
ENDFUNC

FUNCTION PtCheckPosting
    IF PtHasMarker("receipts", "marker") OR PtHasMarker("receipt_history", "marker") ;
        OR PtHasMarker("distributions", "document_number")
        RETURN "marker_found"
    ENDIF
    IF NOT PtFindCounter()
        RETURN "counter"
    ENDIF
    IF NOT PtPeriodOpen()
        RETURN "changed"
    ENDIF
    IF NOT PtAllFound()
        RETURN "changed"
    ENDIF
    IF NOT PtLockAll()
        RETURN "wait"
    ENDIF
    * Under the locks: what was found is what will be changed.
    RETURN PtAllAsPlanned()
ENDFUNC

* A payment status moves no money: it needs its invoice, and nobody else in it.
FUNCTION PtCheckNote
    IF NOT PtAllFound()
        RETURN "changed"
    ENDIF
    RETURN IIF(PtLockAll(), "", "wait")
ENDFUNC

* A change moves no money of the ledger: its records, and what it looked at in them.
FUNCTION PtCheckChange
    IF NOT PtAllFound()
        RETURN "changed"
    ENDIF
    IF NOT PtLockAll()
        RETURN "wait"
    ENDIF
    RETURN PtAllAsPlanned()
ENDFUNC

FUNCTION PtHasMarker
    LPARAMETERS tcTable, tcColumn
    LOCAL lcMarker, lcDeleted
    lcMarker = PtField(m.tcTable, m.tcColumn)
    lcDeleted = PtField(m.tcTable, "deleted")
    SELECT (m.tcTable)
    LOCATE FOR ALLTRIM(EVALUATE(m.lcMarker)) == ALLTRIM(post.marker) ;
        AND (EMPTY(m.lcDeleted) OR NOT EVALUATE(m.lcDeleted))
    RETURN FOUND()
ENDFUNC

FUNCTION PtPeriodOpen
    LOCAL lcFrom, lcTo, lcClosed, lvClosed
    lcFrom = PtField("periods", "starts_on")
    lcTo = PtField("periods", "ends_on")
    lcClosed = PtField("periods", "closed")
    SELECT periods
    LOCATE FOR EVALUATE(m.lcFrom) <= post.acctdate AND EVALUATE(m.lcTo) >= post.acctdate
    IF NOT FOUND()
        RETURN .F.
    ENDIF
    lvClosed = EVALUATE("periods." + m.lcClosed)
    IF VARTYPE(m.lvClosed) = "L"
        RETURN NOT m.lvClosed
    ENDIF
    RETURN NOT ("," + ALLTRIM(TRANSFORM(m.lvClosed)) + ",") $ ("," + PtSetting("closed") + ",")
ENDFUNC

* Points at the record of a key, however it is padded. False unless there is exactly one.
FUNCTION PtFind
    LPARAMETERS tcTable, tcColumn, tcKey
    LOCAL lcField, lnFound
    lcField = PtField(m.tcTable, m.tcColumn)
    SELECT (m.tcTable)
    COUNT FOR ALLTRIM(EVALUATE(m.lcField)) == ALLTRIM(m.tcKey) TO lnFound
    IF m.lnFound <> 1
        RETURN .F.
    ENDIF
    LOCATE FOR ALLTRIM(EVALUATE(m.lcField)) == ALLTRIM(m.tcKey)
    RETURN .T.
ENDFUNC

FUNCTION PtFindCounter
    LOCAL lcKey, lcCompany, lnFound
    lcKey = PtField("counters", "key")
    lcCompany = PtField("counters", "company")
    SELECT counters
    COUNT FOR ALLTRIM(EVALUATE(m.lcKey)) == PtSetting2("sesskey") AND (EMPTY(m.lcCompany) ;
        OR ALLTRIM(EVALUATE(m.lcCompany)) == PtSetting2("company")) TO lnFound
    IF m.lnFound <> 1
        RETURN .F.
    ENDIF
    LOCATE FOR ALLTRIM(EVALUATE(m.lcKey)) == PtSetting2("sesskey") AND (EMPTY(m.lcCompany) ;
        OR ALLTRIM(EVALUATE(m.lcCompany)) == PtSetting2("company"))
    RETURN FOUND()
ENDFUNC

* PtSetting from inside a COUNT or LOCATE: gives the work area back.
FUNCTION PtSetting2
    LPARAMETERS tcName
    LOCAL lnArea, lcValue
    lnArea = SELECT()
    lcValue = PtSetting(m.tcName)
    SELECT (m.lnArea)
    RETURN m.lcValue
ENDFUNC

FUNCTION PtAllFound
    LOCAL lnLine
    FOR lnLine = post.line1 TO post.line1 + post.lines - 1
        GO m.lnLine IN line
        IF line.post <> RECNO("post")
            RETURN .F.
        ENDIF
        DO CASE
            CASE line.kind $ "DS" AND NOT PtFind("invoices", "number", line.docno)
                RETURN .F.
            CASE line.kind = "C" AND NOT PtFind("customers", "number", line.docno)
                RETURN .F.
            CASE line.kind = "O" AND PtFind("invoices", "number", line.docno)
                RETURN .F.
            CASE line.kind $ "AU" AND NOT USED(ALLTRIM(line.docno))
                RETURN .F.
            CASE line.kind = "A" AND PtStepCount() > 0
                RETURN .F.
            CASE line.kind = "U" AND PtStepCount() <> 1
                RETURN .F.
        ENDCASE
    ENDFOR
    RETURN .T.
ENDFUNC

* RLOCK() of every record that will change. False, with nothing locked, when one is in use. One
* that is not there is no reason to wait: the step that needs it tells.
FUNCTION PtLockAll
    LOCAL lnLine
    FOR lnLine = post.line1 TO post.line1 + post.lines - 1
        GO m.lnLine IN line
        IF line.kind $ "DS" AND PtFind("invoices", "number", line.docno) ;
            AND NOT PtLockRecord("invoices")
            RETURN PtUnlockLive()
        ENDIF
        IF line.kind = "C" AND PtFind("customers", "number", line.docno) ;
            AND NOT PtLockRecord("customers")
            RETURN PtUnlockLive()
        ENDIF
        IF line.kind = "U" AND PtStepCount() = 1 AND NOT PtLockRecord(ALLTRIM(line.docno))
            RETURN PtUnlockLive()
        ENDIF
    ENDFOR
    IF NOT PtIsChange() AND PtFindCounter() AND NOT RLOCK("counters")
        RETURN PtUnlockLive()
    ENDIF
    RETURN .T.
ENDFUNC

FUNCTION PtLockRecord
    LPARAMETERS tcTable
    LOCAL lcStatus
    lcStatus = PtField(m.tcTable, "lock_status")
    IF NOT RLOCK(m.tcTable)
        RETURN .F.
    ENDIF
    * Somebody edits it on a screen: Sage's own marker, beside FoxPro's lock.
    RETURN EMPTY(m.lcStatus) OR EMPTY(EVALUATE(m.tcTable + "." + m.lcStatus))
ENDFUNC

FUNCTION PtUnlockLive
    DO PtUnlock WITH "invoices"
    DO PtUnlock WITH "customers"
    DO PtUnlock WITH "counters"
    DO PtUnlock WITH "orders"
    DO PtUnlock WITH "order_lines"
    DO PtUnlock WITH "stock"
    DO PtUnlock WITH "flagged"
    RETURN .F.
ENDFUNC

PROCEDURE PtUnlock
    LPARAMETERS tcTable
    IF USED(m.tcTable)
        UNLOCK IN (m.tcTable)
    ENDIF
ENDPROC

FUNCTION PtAllAsPlanned
    LOCAL lnLine
    FOR lnLine = post.line1 TO post.line1 + post.lines - 1
        GO m.lnLine IN line
        IF line.kind $ "DCAU" AND PtLook() <> "not"
            RETURN "changed"
        ENDIF
    ENDFOR
    RETURN ""
ENDFUNC


* ---- Steps ---------------------------------------------------------------------------------

* Takes every line in order. False when it could not go on; the row then says partial.
FUNCTION PtSteps
    LOCAL lnLine, lcFound
    FOR lnLine = post.line1 TO post.line1 + post.lines - 1
        GO m.lnLine IN line
        IF line.state = "D" OR line.kind $ "FKGVT"
            LOOP
        ENDIF
        lcFound = PtLook()
        * Not begun by us, and yet it stands as if it were: somebody else did it.
        IF m.lcFound == "odd" OR (m.lcFound == "done" AND line.state <> "B")
            DO PtStuck
            RETURN .F.
        ENDIF
        IF m.lcFound == "not"
            REPLACE state WITH "B" IN line
            FLUSH
            DO PtDo
        ENDIF
        REPLACE state WITH "D" IN line
        FLUSH
    ENDFOR
    RETURN .T.
ENDFUNC

* A document or customer is not what was planned: back when nothing is written yet.
PROCEDURE PtStuck
    LOCAL lnLine, lcWhat, lnBegun
    lnLine = RECNO("line")
    lcWhat = ALLTRIM(line.docno)
    IF line.kind $ "AU"
        * A step names its table there; the line behind it, the record.
        GO (m.lnLine + 1) IN line
        lcWhat = ALLTRIM(line.value)
    ENDIF
    SELECT line
    COUNT FOR RECNO() >= post.line1 AND RECNO() < post.line1 + post.lines ;
        AND kind $ "RDOCJAU" AND NOT EMPTY(state) TO lnBegun
    GO m.lnLine IN line
    IF m.lnBegun = 0
        DO PtEnd WITH "returned", "changed", PtSentence("changed")
    ELSE
        DO PtEnd WITH "partial", "partial", ;
            "It was interrupted, and " + m.lcWhat + " was changed meanwhile."
    ENDIF
ENDPROC

* Whether the step of this line stands in the books: "done", "not", or "odd".
FUNCTION PtLook
    DO CASE
        CASE line.kind = "N"
            * A number that was taken and not noted is skipped; another is taken.
            RETURN IIF(PtFindCounter(), "not", "odd")
        CASE line.kind = "R"
            IF PtReceiptThere()
                RETURN "done"
            ENDIF
            * Its keys are copied from the document.
            RETURN IIF(PtFind("invoices", "number", line.docno), "not", "odd")
        CASE line.kind = "O"
            IF PtFind("invoices", "number", line.docno)
                RETURN "done"
            ENDIF
            RETURN IIF(PtFind("customers", "number", post.custno), "not", "odd")
        CASE line.kind = "J"
            RETURN IIF(PtJournalThere(), "done", "not")
        CASE line.kind = "D"
            RETURN PtDocumentState()
        CASE line.kind = "S"
            RETURN PtStatusState()
        CASE line.kind = "A"
            RETURN PtAddedState()
        CASE line.kind = "U"
            RETURN PtChangedState()
    ENDCASE
    RETURN PtCustomerState()
ENDFUNC

PROCEDURE PtDo
    DO CASE
        CASE line.kind = "N"
            DO PtTakeNumber
        CASE line.kind = "R"
            DO PtAddReceipt
        CASE line.kind = "D"
            DO PtMoveDocument
        CASE line.kind = "O"
            DO PtAddCredit
        CASE line.kind = "C"
            DO PtMoveCustomer
        CASE line.kind = "J"
            DO PtAddJournal
        CASE line.kind = "S"
            DO PtNoteStatus
        CASE line.kind = "A"
            DO PtAddRecord
        CASE line.kind = "U"
            DO PtChangeRecord
    ENDCASE
ENDPROC

PROCEDURE PtTakeNumber
    LOCAL lcField, lnStands, lnNext, lnWidth, lnOurs
    = PtFindCounter()
    lcField = PtField("counters", "value")
    lnWidth = VAL(PtSetting("sesswidth"))
    lnStands = EVALUATE("counters." + m.lcField)
    lnNext = MOD(m.lnStands + 1, 10 ^ m.lnWidth)
    * Some sites keep the number to use next, others the last one used.
    lnOurs = IIF(PtSetting("sessnext") == "Y", m.lnStands, m.lnNext)
    REPLACE (m.lcField) WITH m.lnNext IN counters
    REPLACE arsess WITH PADL(ALLTRIM(STR(m.lnOurs, 20)), m.lnWidth, "0") IN post
ENDPROC

FUNCTION PtReceiptThere
    LOCAL lcMarker, lcNumber
    lcMarker = PtField("receipts", "marker")
    lcNumber = PtField("receipts", "invoice_number")
    SELECT receipts
    LOCATE FOR ALLTRIM(EVALUATE(m.lcMarker)) == ALLTRIM(post.marker) ;
        AND ALLTRIM(EVALUATE(m.lcNumber)) == ALLTRIM(line.docno)
    RETURN FOUND()
ENDFUNC

PROCEDURE PtAddReceipt
    LOCAL lnLine
    = PtFind("invoices", "number", line.docno)
    SELECT receipts
    SCATTER MEMVAR MEMO BLANK
    DO PtConstants WITH "receipts"
    DO PtCopy WITH "customer_number"
    DO PtCopy WITH "invoice_date"
    DO PtCopy WITH "salesman"
    DO PtCopy WITH "customer_po"
    DO PtCopy WITH "type"
    DO PtPut WITH "receipts", "invoice_number", line.docno
    DO PtPut WITH "receipts", "paid", VAL(line.paid)
    DO PtPut WITH "receipts", "discount", VAL(line.disc)
    DO PtPut WITH "receipts", "paid_date", post.acctdate
    DO PtPut WITH "receipts", "marker", post.marker
    DO PtPut WITH "receipts", "currency", post.currency
    DO PtPut WITH "receipts", "cash_account", post.cash
    DO PtPut WITH "receipts", "session", post.arsess
    DO PtAudit WITH "receipts"
    lnLine = RECNO("line")
    SELECT line
    SCAN FOR RECNO() >= post.line1 AND RECNO() < post.line1 + post.lines AND kind = "F"
        DO PtPut WITH "receipts", ALLTRIM(line.field), line.value
        SELECT line
    ENDSCAN
    GO m.lnLine IN line
    INSERT INTO receipts FROM MEMVAR
ENDPROC

FUNCTION PtDocumentState
    LOCAL lvBalance, lvPaid, lcStatus
    IF NOT PtFind("invoices", "number", line.docno)
        RETURN "odd"
    ENDIF
    lvBalance = EVALUATE("invoices." + PtField("invoices", "balance"))
    lvPaid = EVALUATE("invoices." + PtField("invoices", "paid"))
    lcStatus = EVALUATE("invoices." + PtField("invoices", "status"))
    DO CASE
        CASE NOT ALLTRIM(m.lcStatus) == ALLTRIM(line.oldstat)
            RETURN "odd"
        CASE PtSame(m.lvBalance, line.oldbal) AND PtSame(m.lvPaid, line.oldpaid)
            RETURN "not"
        CASE PtSame(m.lvBalance, line.newbal) AND PtSame(m.lvPaid, line.newpaid)
            RETURN "done"
    ENDCASE
    RETURN "odd"
ENDFUNC

PROCEDURE PtMoveDocument
    LOCAL lcBase, lcDate
    = PtFind("invoices", "number", line.docno)
    lcBase = PtField("invoices", "base_balance")
    lcDate = PtField("invoices", "paid_date")
    REPLACE (PtField("invoices", "balance")) WITH VAL(line.newbal) IN invoices
    REPLACE (PtField("invoices", "paid")) WITH VAL(line.newpaid) IN invoices
    IF NOT EMPTY(m.lcBase) AND ALLTRIM(line.value) == "base"
        REPLACE (m.lcBase) WITH VAL(line.newbal) IN invoices
    ENDIF
    IF NOT post.back
        REPLACE (m.lcDate) WITH post.acctdate IN invoices
    ENDIF
ENDPROC

PROCEDURE PtAddCredit
    = PtFind("customers", "number", post.custno)
    SELECT invoices
    SCATTER MEMVAR MEMO BLANK
    DO PtConstants WITH "invoices"
    DO PtPut WITH "invoices", "number", line.docno
    DO PtPut WITH "invoices", "customer_number", post.custno
    DO PtPut WITH "invoices", "invoice_date", post.acctdate
    DO PtPut WITH "invoices", "due_date", post.acctdate
    IF NOT EMPTY(PtField("customers", "salesman"))
        DO PtPut WITH "invoices", "salesman", ;
            EVALUATE("customers." + PtField("customers", "salesman"))
    ENDIF
    DO PtPut WITH "invoices", "amount", VAL(line.newbal)
    DO PtPut WITH "invoices", "balance", VAL(line.newbal)
    DO PtPut WITH "invoices", "base_balance", VAL(line.newbal)
    DO PtPut WITH "invoices", "type", PtSetting("opentype")
    DO PtPut WITH "invoices", "marker", post.marker
    DO PtPut WITH "invoices", "currency", post.currency
    DO PtPut WITH "invoices", "rate", 1
    DO PtAudit WITH "invoices"
    INSERT INTO invoices FROM MEMVAR
ENDPROC

FUNCTION PtCustomerState
    LOCAL lvBalance
    IF NOT PtFind("customers", "number", line.docno)
        RETURN "odd"
    ENDIF
    lvBalance = EVALUATE("customers." + PtField("customers", "balance"))
    DO CASE
        CASE PtSame(m.lvBalance, line.oldbal)
            RETURN "not"
        CASE PtSame(m.lvBalance, line.newbal)
            RETURN "done"
    ENDCASE
    RETURN "odd"
ENDFUNC

PROCEDURE PtMoveCustomer
    LOCAL lcDate, ldLast
    = PtFind("customers", "number", line.docno)
    lcDate = PtField("customers", "last_paid_date")
    ldLast = EVALUATE("customers." + m.lcDate)
    IF NOT post.back AND (EMPTY(m.ldLast) OR m.ldLast <= post.acctdate)
        REPLACE (m.lcDate) WITH post.acctdate IN customers
        REPLACE (PtField("customers", "last_paid_amount")) WITH VAL(post.amount) IN customers
    ENDIF
    REPLACE (PtField("customers", "balance")) WITH VAL(line.newbal) IN customers
ENDPROC

* As many equal rows of this session as equal lines up to this one.
FUNCTION PtJournalThere
    LOCAL lnLine, lnMeant, lnThere, lcAccount, lcAmount
    lnLine = RECNO("line")
    lcAccount = ALLTRIM(line.account)
    lcAmount = line.amount
    SELECT line
    COUNT FOR RECNO() >= post.line1 AND RECNO() <= m.lnLine AND kind = "J" ;
        AND ALLTRIM(account) == m.lcAccount AND amount == m.lcAmount TO lnMeant
    GO m.lnLine IN line
    SELECT distributions
    COUNT FOR ALLTRIM(EVALUATE(PtField2("distributions", "session"))) == ALLTRIM(post.arsess) ;
        AND ALLTRIM(EVALUATE(PtField2("distributions", "account"))) == m.lcAccount ;
        AND PtSame(EVALUATE(PtField2("distributions", "amount")), m.lcAmount) TO lnThere
    RETURN m.lnThere >= m.lnMeant
ENDFUNC

* PtField from inside a COUNT: gives the work area back.
FUNCTION PtField2
    LPARAMETERS tcTable, tcColumn
    LOCAL lnArea, lcField
    lnArea = SELECT()
    lcField = PtField(m.tcTable, m.tcColumn)
    SELECT (m.lnArea)
    RETURN m.lcField
ENDFUNC

PROCEDURE PtAddJournal
    SELECT distributions
    SCATTER MEMVAR MEMO BLANK
    DO PtConstants WITH "distributions"
    DO PtPut WITH "distributions", "account", line.account
    DO PtPut WITH "distributions", "document_number", PtFirstDocument()
    DO PtPut WITH "distributions", "date", post.acctdate
    DO PtPut WITH "distributions", "session", post.arsess
    DO PtPut WITH "distributions", "amount", VAL(line.amount)
    INSERT INTO distributions FROM MEMVAR
ENDPROC

* A journal line names no document; all of them stand under the posting's first receipt, and
* under our marker where there is none.
FUNCTION PtFirstDocument
    LOCAL lnLine, lcNumber
    lnLine = RECNO("line")
    SELECT line
    LOCATE FOR RECNO() >= post.line1 AND RECNO() < post.line1 + post.lines AND kind = "R"
    lcNumber = IIF(FOUND(), line.docno, post.marker)
    GO m.lnLine IN line
    RETURN m.lcNumber
ENDFUNC


* The payment status of an invoice, in the column the posting profile names.
FUNCTION PtStatusState
    LOCAL lcField
    IF NOT PtFind("invoices", "number", line.docno)
        RETURN "odd"
    ENDIF
    lcField = PtField("invoices", ALLTRIM(line.field))
    RETURN IIF(ALLTRIM(EVALUATE("invoices." + m.lcField)) == ALLTRIM(line.value), "done", "not")
ENDFUNC

PROCEDURE PtNoteStatus
    LOCAL lcField
    = PtFind("invoices", "number", line.docno)
    lcField = PtField("invoices", ALLTRIM(line.field))
    REPLACE (m.lcField) WITH ALLTRIM(line.value) IN invoices
ENDPROC


* ---- Changes beside payments ---------------------------------------------------------------
*
* A step is a line that names its table in docno: "A" adds a record, "U" changes one. Behind it
* stand its columns: "K" finds the record, "G" must stand there, "V" is written. Lines "T" are
* what Tieout remembers.

* How many records have the keys of the step at this line; points at it where there is one.
FUNCTION PtStepCount
    LOCAL lnLine, lnNext, lcTable, lnFound
    PRIVATE paKey, pnKeys
    DIMENSION paKey[2, 2]
    pnKeys = 0
    lnLine = RECNO("line")
    lcTable = ALLTRIM(line.docno)
    IF NOT USED(m.lcTable)
        RETURN 0
    ENDIF
    FOR lnNext = m.lnLine + 1 TO post.line1 + post.lines - 1
        GO m.lnNext IN line
        IF NOT line.kind = "K"
            EXIT
        ENDIF
        pnKeys = m.pnKeys + 1
        paKey[m.pnKeys, 1] = PtField(m.lcTable, ALLTRIM(line.field))
        paKey[m.pnKeys, 2] = ALLTRIM(line.value)
    ENDFOR
    GO m.lnLine IN line
    SELECT (m.lcTable)
    COUNT FOR PtHasKeys() TO lnFound
    IF m.lnFound = 1
        LOCATE FOR PtHasKeys()
    ENDIF
    RETURN m.lnFound
ENDFUNC

* Without a key nothing is found.
FUNCTION PtHasKeys
    LOCAL lnKey
    FOR lnKey = 1 TO m.pnKeys
        IF EMPTY(paKey[m.lnKey, 1]) ;
            OR NOT PtStands(EVALUATE(paKey[m.lnKey, 1]), paKey[m.lnKey, 2])
            RETURN .F.
        ENDIF
    ENDFOR
    RETURN m.pnKeys > 0
ENDFUNC

* Whether every column of that kind behind this step holds its text, in the record pointed at.
FUNCTION PtColumnsStand
    LPARAMETERS tcKind
    LOCAL lnLine, lnNext, lcTable, lcField, llStand
    llStand = .T.
    lnLine = RECNO("line")
    lcTable = ALLTRIM(line.docno)
    FOR lnNext = m.lnLine + 1 TO post.line1 + post.lines - 1
        GO m.lnNext IN line
        IF NOT line.kind $ "KGV"
            EXIT
        ENDIF
        IF NOT line.kind = m.tcKind
            LOOP
        ENDIF
        lcField = PtField(m.lcTable, ALLTRIM(line.field))
        IF EMPTY(m.lcField)
            llStand = .F.
            EXIT
        ENDIF
        IF NOT PtStands(EVALUATE(m.lcTable + "." + m.lcField), line.value)
            llStand = .F.
            EXIT
        ENDIF
    ENDFOR
    GO m.lnLine IN line
    RETURN m.llStand
ENDFUNC

FUNCTION PtAddedState
    LOCAL lnFound
    lnFound = PtStepCount()
    IF m.lnFound = 0
        RETURN "not"
    ENDIF
    RETURN IIF(m.lnFound = 1 AND PtColumnsStand("V"), "done", "odd")
ENDFUNC

FUNCTION PtChangedState
    IF PtStepCount() <> 1
        RETURN "odd"
    ENDIF
    IF PtColumnsStand("G")
        RETURN "not"
    ENDIF
    RETURN IIF(PtColumnsStand("V"), "done", "odd")
ENDFUNC

PROCEDURE PtAddRecord
    LOCAL lnLine, lnNext, lcTable, lcColumn
    lnLine = RECNO("line")
    lcTable = ALLTRIM(line.docno)
    SELECT (m.lcTable)
    SCATTER MEMVAR MEMO BLANK
    DO PtConstants WITH m.lcTable
    FOR lnNext = m.lnLine + 1 TO post.line1 + post.lines - 1
        GO m.lnNext IN line
        IF NOT line.kind $ "KGV"
            EXIT
        ENDIF
        lcColumn = ALLTRIM(line.field)
        DO PtPut WITH m.lcTable, m.lcColumn, PtValue(m.lcTable, m.lcColumn, line.value)
    ENDFOR
    GO m.lnLine IN line
    DO PtAudit WITH m.lcTable
    INSERT INTO (m.lcTable) FROM MEMVAR
ENDPROC

* All columns in one REPLACE: a record is changed whole or not at all.
PROCEDURE PtChangeRecord
    LOCAL lnLine, lnNext, lcTable, lcColumn, lcField, lcSet, lnNew
    LOCAL ARRAY laNew[1]
    = PtStepCount()
    lnLine = RECNO("line")
    lcTable = ALLTRIM(line.docno)
    lcSet = ""
    lnNew = 0
    FOR lnNext = m.lnLine + 1 TO post.line1 + post.lines - 1
        GO m.lnNext IN line
        IF NOT line.kind $ "KGV"
            EXIT
        ENDIF
        IF NOT line.kind = "V"
            LOOP
        ENDIF
        lnNew = m.lnNew + 1
        DIMENSION laNew[m.lnNew]
        lcColumn = ALLTRIM(line.field)
        laNew[m.lnNew] = PtValue(m.lcTable, m.lcColumn, line.value)
        lcField = PtField(m.lcTable, m.lcColumn)
        laNew[m.lnNew] = PtFilled(laNew[m.lnNew])
        lcSet = m.lcSet + IIF(EMPTY(m.lcSet), "", ", ") ;
            + m.lcField + " WITH laNew[" + ALLTRIM(STR(m.lnNew)) + "]"
    ENDFOR
    GO m.lnLine IN line
    REPLACE &lcSet IN (m.lcTable)
ENDPROC

* A text of PTLINE as a value of the column's own type.
FUNCTION PtValue
    LPARAMETERS tcTable, tcColumn, tcText
    LOCAL lcType, ldDay
    lcType = TYPE(m.tcTable + "." + PtField(m.tcTable, m.tcColumn))
    ldDay = {}
    IF m.lcType $ "DT" AND NOT EMPTY(m.tcText)
        ldDay = DATE(VAL(LEFT(m.tcText, 4)), VAL(SUBSTR(m.tcText, 6, 2)), ;
            VAL(SUBSTR(m.tcText, 9, 2)))
    ENDIF
    DO CASE
        CASE m.lcType $ "NY"
            RETURN VAL(m.tcText)
        CASE m.lcType $ "DT"
            RETURN m.ldDay
        CASE m.lcType = "L"
            RETURN ALLTRIM(m.tcText) == "T"
    ENDCASE
    RETURN ALLTRIM(m.tcText)
ENDFUNC

* Whether a value of a record is the one that a text of PTLINE says.
FUNCTION PtStands
    LPARAMETERS tvValue, tcText
    IF ISNULL(m.tvValue)
        RETURN EMPTY(m.tcText)
    ENDIF
    DO CASE
        CASE VARTYPE(m.tvValue) $ "NY"
            RETURN PtSame(m.tvValue, m.tcText)
        CASE VARTYPE(m.tvValue) $ "DT"
            RETURN ALLTRIM(LEFT(DTOS(m.tvValue), 8)) == CHRTRAN(ALLTRIM(m.tcText), "-", "")
        CASE VARTYPE(m.tvValue) = "L"
            RETURN m.tvValue = (ALLTRIM(m.tcText) == "T")
    ENDCASE
    RETURN ALLTRIM(m.tvValue) == ALLTRIM(m.tcText)
ENDFUNC


* ---- Writing a new record ------------------------------------------------------------------

* The site's constants, over the blank memory variables the caller has scattered.
PROCEDURE PtConstants
    LPARAMETERS tcTable
    SELECT ptname
    SCAN FOR ALLTRIM(profile) == m.pcProfile AND ALLTRIM(tbl) == m.tcTable AND EMPTY(col)
        STORE ALLTRIM(ptname.value) TO (ALLTRIM(ptname.field))
    ENDSCAN
ENDPROC

PROCEDURE PtPut
    LPARAMETERS tcTable, tcColumn, tvValue
    LOCAL lcField
    lcField = PtField(m.tcTable, m.tcColumn)
    IF EMPTY(m.lcField)
        RETURN
    ENDIF
    STORE PtFilled(m.tvValue) TO (m.lcField)
ENDPROC

* A text as the column that PTNAME stands at keeps it; other values as they are.
FUNCTION PtFilled
    LPARAMETERS tvValue
    LOCAL lcText
    IF NOT VARTYPE(m.tvValue) = "C"
        RETURN m.tvValue
    ENDIF
    lcText = ALLTRIM(m.tvValue)
    IF ptname.right AND NOT EMPTY(m.lcText)
        lcText = PADL(m.lcText, VAL(SUBSTR(ptname.type, 2)))
    ENDIF
    RETURN m.lcText
ENDFUNC

PROCEDURE PtCopy
    LPARAMETERS tcColumn
    LOCAL lcFrom
    lcFrom = PtField("invoices", m.tcColumn)
    IF NOT EMPTY(m.lcFrom)
        DO PtPut WITH "receipts", m.tcColumn, EVALUATE("invoices." + m.lcFrom)
    ENDIF
ENDPROC

PROCEDURE PtAudit
    LPARAMETERS tcTable
    DO PtPut WITH m.tcTable, "added_by", PtSetting("user")
    DO PtPut WITH m.tcTable, "added_date", DATE()
    DO PtPut WITH m.tcTable, "added_time", TIME()
ENDPROC

FUNCTION PtSame
    LPARAMETERS tvValue, tcText
    LOCAL lnValue
    lnValue = IIF(VARTYPE(m.tvValue) = "Y", MTON(m.tvValue), m.tvValue)
    RETURN ROUND(m.lnValue - VAL(m.tcText), 4) = 0
ENDFUNC

FUNCTION PtNow
    RETURN CHRTRAN(DTOC(DATE()), "./", "--") + "T" + TIME()
ENDFUNC


* ---- The self-test -------------------------------------------------------------------------

* Proves the site and writes what it found to PTTEST. Start Tieout's `hold` command first.
PROCEDURE PtSelfTest
    LPARAMETERS tcFolders, tcCompany
    PRIVATE pcProfile, pnLast
    LOCAL llOpen
    llOpen = PtOpen(m.tcFolders, m.tcCompany)
    DO PtTold WITH "tables", m.llOpen, "Every table of PTNAME was opened."
    IF m.llOpen
        DO PtTestColumns
        DO PtTold WITH "counter", PtFindCounter(), "One row counts the sessions."
        DO PtTold WITH "codepage", CPCURRENT() = VAL(PtSetting("codepage")), ;
            "Code page " + TRANSFORM(CPCURRENT())
        DO PtTold WITH "append", RECCOUNT("test") > 0, "Rows added here are read back."
        DO PtTestLocks
    ENDIF
    DO PtClose
ENDPROC

PROCEDURE PtTestColumns
    LOCAL lcMissing, lnField, lcTable, lcField, llFound
    lcMissing = ""
    SELECT ptname
    SCAN FOR ALLTRIM(profile) == m.pcProfile
        lcTable = ALLTRIM(ptname.tbl)
        lcField = UPPER(ALLTRIM(ptname.field))
        IF NOT USED(m.lcTable)
            LOOP
        ENDIF
        llFound = .F.
        FOR lnField = 1 TO FCOUNT(m.lcTable)
            llFound = m.llFound OR UPPER(FIELD(m.lnField, m.lcTable)) == m.lcField
        ENDFOR
        IF NOT m.llFound
            lcMissing = m.lcMissing + " " + m.lcTable + "." + m.lcField
        ENDIF
    ENDSCAN
    DO PtTold WITH "columns", EMPTY(m.lcMissing), "Missing:" + m.lcMissing
ENDPROC

* While Tieout holds our table we must not get it, and while we hold it Tieout must not.
PROCEDURE PtTestLocks
    LOCAL llRefused, lnUntil
    IF NOT PtSetting("holding") == "Y"
        DO PtTold WITH "lock", .F., "Tieout was not holding the table: start its hold command."
        RETURN
    ENDIF
    SET REPROCESS TO 1
    llRefused = NOT FLOCK("post")
    UNLOCK IN post
    DO PtTold WITH "lock", m.llRefused, "FLOCK() while Tieout held the table."
    SET REPROCESS TO 60 SECONDS
    IF NOT FLOCK("post")
        DO PtTold WITH "lockback", .F., "Tieout never gave the table back."
        RETURN
    ENDIF
    lnUntil = SECONDS() + 60
    DO PtSetControl WITH "siteholds", "Y"
    DO WHILE SECONDS() < m.lnUntil AND EMPTY(PtSetting("refused"))
        = INKEY(1)
    ENDDO
    DO PtTold WITH "lockback", PtSetting("refused") == "Y", "Tieout's lock while we held ours."
    DO PtSetControl WITH "siteholds", ""
    UNLOCK IN post
ENDPROC

PROCEDURE PtSetControl
    LPARAMETERS tcName, tcValue
    SELECT ctrl
    LOCATE FOR ALLTRIM(name) == m.tcName
    IF FOUND()
        REPLACE value WITH m.tcValue IN ctrl
        FLUSH
    ENDIF
ENDPROC

PROCEDURE PtTold
    LPARAMETERS tcName, tlPassed, tcDetail
    INSERT INTO test (name, passed, detail, profile, ran) ;
        VALUES (m.tcName, m.tlPassed, LEFT(m.tcDetail, 200), m.pcProfile, PtNow())
    FLUSH
ENDPROC
