"""The event intake: Segment's HTTP tracking API, answered beside Django in the same server.

A request is read on the loop (`app`, `envelope`, `reading`), its events wait in one bounded queue, and one thread
(`writer`) resolves who they are (`visitors`) and commits them in groups with full sync (`stores`). What is answered
with 200 is on the disk: an event as a row of events, an unreadable one as a row of rejects with the reason.
"""
