"""The servers of one machine: PostgreSQL, Valkey and SeaweedFS from wheels, and the supervisor behind `bin/up`.

Nothing here imports Django: this package prepares what the settings then read from `<data>/demeter.env`.
"""
