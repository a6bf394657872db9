"""What becomes of photos, and of the pages that people look at, when parts of Demeter die: `python -m bench.faults`.

Starts the real servers, web, workers and beat on a folder of its own (as root: it mounts a small disk). Each round
uploads 20 photos, breaks one thing while they are in flight, waits until all is settled and compares every row with an
undisturbed round of the same pictures; each fault has five rounds. What was run is kept in the folder (`var/faults` or
DEMETER_DATA_DIR), and the command goes on from there: remove the folder after a change of the code.
`python -m bench.faults.storage_away` takes the storage away for minutes while photos are uploaded.

    environment   first of all: the folder, the servers' addresses, Django's settings
    house         the processes, to be watched, stopped and killed
    pictures      small pictures, and their variants with the same pixels and other bytes
    sender        uploads like the page does: six at a time, again until the answer comes
    browsers      people who look at pages meanwhile
    breakages     what is broken
    outcomes      what became of each photo, and what is wrong with it
    campaign      one round after the other, kept in a file
    page          docs/faults.md
"""
