"""Sweeps: every run of an experiment on an engine, kept in a folder that can be read and gone on with at any moment.

`columns` says what the tables hold, `work` what a worker does, `engines` and `cluster` who the workers are, `flight`
keeps them busy, `tables` and `folder` keep what they give back, `conduct` puts it all together, `reading` opens it.
"""
