"""The hand on the simulator, under /_control/: loopback only, and no part of PayTrace."""
