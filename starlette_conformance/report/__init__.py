"""The report: one page of what run files hold, and the data behind it as JSON.

`schema.json` is the JSON Schema of the data. The page is a function of the files it is made from:
the same files give the same page.
"""
