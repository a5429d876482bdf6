# exercise 7.1: redeploys
# says: name of the stage: 'no' is not True or False.
redeploys = {
    "authorization of the method": True,
    "timeout of the integration": True,
    "memory of the function": False,
    "name of the stage": "no",
    "who may call (resource policy)": True,
    "retention of the log": False,
}
