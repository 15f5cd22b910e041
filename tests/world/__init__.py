"""A production world of our own: AWS, LINE and a front end behind their own names, with DNS and TLS of ours.

``python -m tests.world WALK`` enters a network namespace, in which nothing leaves the loopback interface, and walks
there from empty accounts to a verdict. What is judged sees no endpoint override, so its verdicts are those of production.
"""
