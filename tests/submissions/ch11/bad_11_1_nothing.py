# exercise 11.1: class_plan
# says: Your function declares 0 of UsagePlan; one is wanted.
def class_plan(rest_api, stage):
    return {"rate_limit": 2}
