# exercise 7.1: redeploys
# says: memory of the function: True is wrong. The function is called where it is: its next call has the memory.
redeploys = {
    "authorization of the method": True,
    "timeout of the integration": True,
    "memory of the function": True,
    "name of the stage": False,
    "who may call (resource policy)": True,
    "retention of the log": False,
}
