# exercise 16.1: company
# says: A function is wanted, and this is a dict.
company = {"METRICS_NAMESPACE": "Company/Models"}
