# exercise 7.1: redeploys
# says: The dict has no 'timeout of the integration' any more.
redeploys = {"authorization of the method": True}
