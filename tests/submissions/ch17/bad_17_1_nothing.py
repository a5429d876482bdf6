# exercise 17.1: refused_alarm
# says: Your function declares 0 of MetricAlarm; one is wanted.
def refused_alarm(rest_api, stage):
    return {"metric": "4XXError", "threshold": 50}
