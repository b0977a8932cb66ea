"""The bridge to doccano 1.8.4, where people annotate in a browser.

server  a local server: installed, started and stopped in its own environment
client  its REST interface, with time limits and retries
wire    documents as doccano holds them, and back: offsets are converted here and nowhere else
sync    push and pull, exact and repeatable
commands  `sayso doccano ...`
"""
