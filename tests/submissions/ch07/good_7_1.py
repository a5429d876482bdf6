# exercise 7.1: redeploys
redeploys = {
    "authorization of the method": True,
    "timeout of the integration": True,
    "memory of the function": False,
    "name of the stage": False,
    "who may call (resource policy)": True,
    "retention of the log": False,
}
