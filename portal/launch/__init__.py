"""Starting Tieout on one machine: the embedded database, the processes, the demo."""
