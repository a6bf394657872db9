"""Tests what happens to photos and pages when parts of Demeter fail: `python -m bench.faults`.

Starts the real servers, web, workers and beat on a folder of its own (as root: it mounts a small disk). Each round
uploads 20 photos, breaks one thing while they are in flight, waits until all are done and compares every row with an
undisturbed round of the same pictures; each fault has five rounds. Finished rounds are kept in the folder (`var/faults`
or DEMETER_DATA_DIR), and the command continues from there: remove the folder after a change of the code. `python -m
bench.faults.storage_away` stops the storage for minutes while photos are uploaded.

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
