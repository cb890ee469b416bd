"""What a person at the centre has to look at. An alarm of the same kind and subject is counted, not repeated."""

from laneside.centre.alarms.alarms import Alarm, AlarmKind, Alarms

__all__ = ["Alarm", "AlarmKind", "Alarms"]
