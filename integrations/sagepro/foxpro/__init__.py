"""The program that runs inside Sage Pro (`tieout.prg`), and our half of proving a site."""
