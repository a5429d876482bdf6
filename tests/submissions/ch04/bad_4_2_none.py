# exercise 4.2: two_methods
# says: No method is declared.
def two_methods(rest_api, model_path):
    return ["GET", "POST"]
