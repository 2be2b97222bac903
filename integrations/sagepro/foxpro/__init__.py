"""The program that runs inside Sage Pro (`tieout.prg`), and the command that prepares a site."""
