"""What self-contained pages are made of: the document and its style, pieces of HTML, charts and the map, as text.

Nothing on a page is loaded from elsewhere, and the same content twice is the same text.
"""
