# exercise 4.1: named_path
# says: Your function declares 0 of Resource; one is wanted.
def named_path(rest_api, model_path):
    return "/model/{name}"
