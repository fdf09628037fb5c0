"""The site as files: what the server answers, asked for within this process and written into a folder.

``addresses`` says which addresses there are files of, ``links`` finds and leads the links of what is written,
``inline`` asks the application, ``rendering`` writes what it says, ``folder`` keeps the folder, ``publish`` goes from
the first addresses along all links, ``servers`` writes the files for nginx and Apache.
"""
