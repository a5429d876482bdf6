# exercise 7.1: redeploys
# says: who may call (resource policy): False is wrong. The resource policy is frozen: it works when deployed.
redeploys = {
    "authorization of the method": True,
    "timeout of the integration": True,
    "memory of the function": False,
    "name of the stage": False,
    "who may call (resource policy)": False,
    "retention of the log": False,
}
