SELECT [PROSYS].dbo.sysdata.sysid, [PROSYS].dbo.sysdata.compid, [PROSYS].dbo.sysdata.int1 FROM [PROSYS].dbo.sysdata
UPDATE [PROSYS].dbo.sysdata SET int1=%(value)s
--   value = 1
