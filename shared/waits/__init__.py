"""What waits for somebody, until when: one row per open wait in the service that owns the case.

`declared` says what waits and where a case stands; `kept` writes the rows by the moves that change
the case; `reminded` tells what is near or past; `tables` is the table. The list of what a person
has to do is a look at these rows (`shared.http.to_do`).
"""
