"""From bytes of unknown origin to pixels and metadata. Pure: no Django, no storage."""
