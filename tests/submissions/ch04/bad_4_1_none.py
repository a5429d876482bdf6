# exercise 4.1: named
# says: Your function declares 0 of Resource; one is wanted.
def named(rest_api, model_path):
    return "/model/{name}"
