"""Known names for what platforms spell differently: licenses, languages, tasks, metrics, emissions."""
