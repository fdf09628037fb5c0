"""Makes the reference of docs/ from what it describes, and the site of docs/."""
