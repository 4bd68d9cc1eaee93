"""How is an installation kept safe, and how does it come back? `taking` writes a backup, `restoring` brings one back.

A backup is a folder: the databases as of one moment, everything else of the home, and `manifest.json`, which is written last
and names each file with its size and SHA-256. The column store is not in it, since it follows from the log.
"""
