"""Everything between a feed and its items.

source.py   the `Source` of port.py: fetch, compare, parse, sort
http.py     one conditional GET with a limit on everything; decode.py undoes its compression
file.py     feeds that are files
workers.py  replaceable processes that parse; worker.py is what runs in them
parse.py    bytes to clean entries: charset.py, jsonfeed.py, skim.py, fast.py, byfeedparser.py, dates.py, entry.py
identity.py new, edited or known (pure)
health.py   how a feed fares, when it is asked again, what people are told of it (pure)
show.py     `feeds show`; discover.py, opml.py, search.py: ways for feeds to come in
"""
