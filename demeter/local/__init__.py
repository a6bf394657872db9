"""The servers of one machine: PostgreSQL, Valkey and SeaweedFS from wheels, and the supervisor behind `bin/up`.

Nothing here reads Django's settings: this package writes `<data>/demeter.env`, which they read.
"""
