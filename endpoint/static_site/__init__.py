"""The site as files: the answers of the server, requested within this process and written into a folder.

``addresses`` decides which addresses become files, ``links`` finds and rewrites links, ``inline`` calls the
application, ``rendering`` writes its answers, ``folder`` maintains the folder, ``publish`` follows all links from the
first addresses, and ``servers`` writes the files for nginx and Apache.
"""
