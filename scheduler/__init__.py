"""When: the timetable, one job a file, each harmless if run twice or late; and the queue's workers."""
