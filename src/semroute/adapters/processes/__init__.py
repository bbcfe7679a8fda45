"""What a process does to itself and to others: it breaks off what hangs, and supervises workers.

Workers are started, asked, restarted and stopped, one after the other.

A supervisor and its workers talk in JSON objects, one a line. The worker's standard input says
first what its job is and then asks for reports; its standard output says where it listens and
answers. When the input ends, the supervisor is gone, and the worker stops.
"""

from .alarm import Alarm
from .messages import Job, Report, lines
from .supervision import Supervision, supervised
from .supervisor import Supervisor, WorkerError

__all__ = [
    "Alarm",
    "Job",
    "Report",
    "Supervision",
    "Supervisor",
    "WorkerError",
    "lines",
    "supervised",
]
