"""What an auditor runs on an export, in one file and with nothing but Python.

The modules here import only the standard library and one another; `bundle.py` writes them one
after the other into the `verify.py` of an export. They share no code with the house that wrote
the export: they say in their own words how a hash is made, how an account counts and how a loss
is split, so that whoever doubts the one can read the other.
"""
