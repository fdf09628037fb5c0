"""The dialect of *the Context*: event pages, day indexes and front pages, in Markdown."""
